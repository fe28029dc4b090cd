import {
  createPostHogEmulator,
  type EmulatorOptions,
  type PostHogEmulator,
} from "../../../../src/dev/mod.ts";
import {
  createEmulatorPage,
  type EmulatorPage,
  type EmulatorPageOptions,
} from "../../../../src/dev/page/mod.ts";

/** Where the page is asked for. */
export const HOST = "http://localhost:8010";

/** A page and its emulator. */
export interface TestPage extends EmulatorPage {
  readonly emulator: PostHogEmulator;
  /** Asks the page, and gives the status and the JSON. */
  ask(
    path: string,
    body?: unknown,
    init?: RequestInit,
  ): Promise<readonly [status: number, answer: Answer]>;
}

// deno-lint-ignore no-explicit-any -- a test looks at whatever comes
type Answer = any;

/** Puts a page in front of a new emulator. */
export function createTestPage(
  options: EmulatorOptions = {},
  pageOptions: EmulatorPageOptions = {},
): TestPage {
  const emulator = createPostHogEmulator(options);
  const { fetch } = createEmulatorPage(emulator, pageOptions);
  return {
    emulator,
    fetch,
    async ask(path, body, init = {}) {
      const response = await fetch(`${HOST}${path}`, {
        ...(body !== undefined && {
          method: "POST",
          headers: { "content-type": "application/json" },
          body: JSON.stringify(body),
        }),
        ...init,
      });
      return [response.status, await response.json()];
    },
  };
}

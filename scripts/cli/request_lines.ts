import { isRecord } from "../../src/core/guards.ts";
import { toLine } from "../../src/core/logger.ts";
import type { PostHogEmulator, ReceivedRequest } from "../../src/dev/mod.ts";

/** Requests that can be under way at once and still get their line. */
const RECENT = 100;

/** The same emulator, with a line for each answered request. */
export function tellRequests(
  emulator: PostHogEmulator,
  say: (line: string) => void,
): PostHogEmulator {
  const seen = new WeakSet<ReceivedRequest>();
  return {
    ...emulator,
    async fetch(input, init) {
      const response = await emulator.fetch(input, init);
      // More than one may be new: answers to requests that arrived together come close to each other.
      for (const request of emulator.requests.slice(-RECENT)) {
        if (request.status === 0 || seen.has(request)) continue;
        seen.add(request);
        say(toLine(describe(request)));
      }
      return response;
    },
  };
}

function describe({ status, method, path, body }: ReceivedRequest): string {
  const batch = isRecord(body) ? body["batch"] : undefined;
  const events = Array.isArray(batch)
    ? batch.filter(isRecord).map(({ event }) => event)
    : [];
  return `${status} ${method} ${path}  ${events.join(", ")}`.trimEnd();
}

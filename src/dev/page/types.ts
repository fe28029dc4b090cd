import type { EmulatorFetch } from "../types.ts";

/** Who may look at an emulator's page and use its controls. */
export interface EmulatorPageOptions {
  /**
   * Host names, without a port, by which the page may be asked for beside those of loopback (`localhost`, `*.localhost`,
   * `127.0.0.0/8`, `[::1]`). A page of a foreign site can make a browser ask by its own name: name only what is yours.
   * Default: none.
   */
  readonly hosts?: readonly string[] | undefined;
}

/** An emulator with its page. */
export interface EmulatorPage {
  /** Answers one request: the page's own, or any that the emulator takes. */
  readonly fetch: EmulatorFetch;
}

/**
 * The emulator's page: what a PostHog emulator received, and its flags and faults to change by hand, in a browser.
 * Plain web platform, no other package. `createEmulatorPage` puts it in front of an emulator, wherever that is served.
 *
 * @example The page and the emulator on one port
 * ```ts
 * import { createPostHogEmulator } from "edgehog/dev";
 * import { createEmulatorPage } from "edgehog/dev/page";
 * import { assertEquals } from "@std/assert";
 *
 * const emulator = createPostHogEmulator({ flags: { flags: [] } });
 * const { fetch } = createEmulatorPage(emulator);
 * const { status, headers } = await fetch("http://localhost:8010/", { method: "HEAD" });
 * assertEquals([status, headers.get("content-type")], [200, "text/html; charset=utf-8"]);
 * ```
 *
 * @module
 */
export type { EmulatorFetch, PostHogEmulator } from "../types.ts";
export { createEmulatorPage } from "./page.ts";
export type { EmulatorPage, EmulatorPageOptions } from "./types.ts";

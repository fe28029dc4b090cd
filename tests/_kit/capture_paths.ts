import type { EmulatorPath } from "edgehog/dev";

/** The paths that batches arrive at, by protocol and lane, as the emulator names them. */
export const CAPTURE_PATHS: Readonly<
  Record<"v0" | "v1", Readonly<Record<"analytics" | "ai", EmulatorPath>>>
> = {
  v0: { analytics: "/batch", ai: "/i/v0/ai/batch" },
  v1: { analytics: "/i/v1/analytics/events", ai: "/i/v1/ai/events" },
};

/** The protocol of a client that is not told which. */
export const DEFAULT_CAPTURE_MODE = "v1";

/** Where the events of such a client arrive. */
export const CAPTURE_PATH: EmulatorPath =
  CAPTURE_PATHS[DEFAULT_CAPTURE_MODE].analytics;

/** Where its AI events arrive. */
export const AI_CAPTURE_PATH: EmulatorPath =
  CAPTURE_PATHS[DEFAULT_CAPTURE_MODE].ai;

/** The path as it is sent: v0's end in a slash, v1's do not. */
export function toSentPath(path: EmulatorPath = CAPTURE_PATH): string {
  return path.endsWith("/batch") ? `${path}/` : path;
}

/** Whether events arrive there, of whichever protocol and lane. */
export function isCapturePath(path: string): boolean {
  return Object.values(CAPTURE_PATHS).some((paths) =>
    Object.values<string>(paths).includes(path)
  );
}

import type { EmulatorPath } from "edgehog/dev";

/** The paths that batches arrive at, by protocol and lane, as the emulator names them. */
export const CAPTURE_PATHS: Readonly<
  Record<"v0" | "v1", Readonly<Record<"analytics" | "ai", EmulatorPath>>>
> = {
  v0: { analytics: "/batch", ai: "/i/v0/ai/batch" },
  v1: { analytics: "/i/v1/analytics/events", ai: "/i/v1/ai/events" },
};

/** Where the events of a client arrive that is not told the protocol. */
export const CAPTURE_PATH: EmulatorPath = CAPTURE_PATHS.v1.analytics;

/** Where its AI events arrive. */
export const AI_CAPTURE_PATH: EmulatorPath = CAPTURE_PATHS.v1.ai;

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

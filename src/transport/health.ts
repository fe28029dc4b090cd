import type { Clock } from "../core/clock.ts";
import { MAX_RETRY_AFTER_MS } from "./retry.ts";

/**
 * Whether a lane rests after an outage: one settled value per lane and client, shared by its own queue and all
 * scopes. While it rests, triggers and scope drains send nothing.
 */
export interface LaneHealth {
  /** The moment until which the lane rests; 0 when it does not. */
  readonly pausedUntil: number;
  /** Whether the server asked for the pause: then an explicit flush waits it out instead of ignoring it. */
  readonly isServerWish: boolean;
  /** Whether the lane rests now. */
  isPaused(now: number): boolean;
  /** Rests after a cycle that used up its attempts. */
  pauseExhausted(now: number, retryAfterMs: number | undefined): void;
  /** Rests because the server's `Retry-After` outlasts the cycle. */
  pauseForServer(now: number, retryAfterMs: number): void;
  /** Ends the pause: the server accepted something. */
  resume(): void;
}

/** Creates the health of a lane that was never paused; `restMs` is the length of a pause after exhaustion. */
export function createLaneHealth(restMs: number): LaneHealth {
  let pausedUntil = 0;
  let isServerWish = false;
  // One cycle's outage never shortens what the server asked another for.
  const pause = (until: number, cause: "outage" | "server") => {
    if (until <= pausedUntil) return;
    pausedUntil = until;
    isServerWish = cause === "server";
  };
  return {
    get pausedUntil() {
      return pausedUntil;
    },
    get isServerWish() {
      return isServerWish;
    },
    isPaused: (now) => now < pausedUntil,
    pauseExhausted(now, retryAfterMs) {
      const wish = Math.min(retryAfterMs ?? 0, MAX_RETRY_AFTER_MS);
      pause(now + Math.max(restMs, wish), "outage");
    },
    pauseForServer(now, retryAfterMs) {
      pause(now + Math.min(retryAfterMs, MAX_RETRY_AFTER_MS), "server");
    },
    resume() {
      pausedUntil = 0;
      isServerWish = false;
    },
  };
}

/**
 * Waits out a pause that the server asked for, up to `patienceMs`; false when it lasts longer. Other pauses do not
 * hold up an explicit flush.
 */
export async function waitOutServerPause(
  clock: Clock,
  health: LaneHealth,
  patienceMs: number,
  signal: AbortSignal,
): Promise<boolean> {
  const latest = clock.now() + patienceMs;
  while (health.isServerWish && health.isPaused(clock.now())) {
    if (health.pausedUntil > latest || signal.aborted) return false;
    await clock.sleep(health.pausedUntil - clock.now(), signal);
  }
  return true;
}

import type { Clock } from "../../../src/core/clock.ts";
import type { FetchLike } from "../../../src/core/platform.ts";
import { createPostHogEmulator } from "../../../src/dev/mod.ts";
import { syncHasher } from "../../../src/sync_hash.ts";

/** A request for flag definitions. */
export interface DefinitionsRequest {
  /** When it reached PostHog, in ms since the epoch. */
  readonly at: number;
  /** Who asked: an isolate's number, or `CRON`. */
  readonly by: number;
  /** What was answered. */
  readonly status: number;
}

/** PostHog, at a distance. */
export interface Origin {
  /** The definitions requests so far, in order. */
  readonly requests: readonly DefinitionsRequest[];
  /** The network of one isolate. */
  fetchOf(isolate: number): FetchLike;
  /** Turns the flag on. */
  change(): void;
}

/** The flag that is changed. */
export const FLAG = "new-checkout";

/** The number of a cron trigger among those who ask. */
export const CRON = -1;

/** One way between an isolate and PostHog, in ms. */
const ONE_WAY_MS = 40;

/** Creates an {@linkcode Origin}, whose flag is off for everyone. */
export function createOrigin(clock: Clock): Origin {
  const emulator = createPostHogEmulator({
    clock,
    // No digest is waited for: the simulation's clock would not know of it.
    hasher: syncHasher,
    flags: buildDefinitions(0),
  });
  const requests: DefinitionsRequest[] = [];
  return {
    requests,
    fetchOf: (by) => async (input, init) => {
      await clock.sleep(ONE_WAY_MS, init.signal);
      const at = clock.now();
      const response = await emulator.fetch(input, init);
      const { pathname } = new URL(input);
      if (pathname !== "/flags/definitions") {
        throw new TypeError(`The simulation has no ${pathname}`);
      }
      requests.push({ at, by, status: response.status });
      await clock.sleep(ONE_WAY_MS, init.signal);
      return response;
    },
    change: () => emulator.setFlags(buildDefinitions(100)),
  };
}

/** 0 and 100 need no bucket, so no digest. */
function buildDefinitions(rollout: 0 | 100) {
  const filters = {
    groups: [{ properties: [], rollout_percentage: rollout }],
  };
  return { flags: [{ id: 1, key: FLAG, active: true, filters }] };
}

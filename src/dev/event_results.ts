import { BoundedMap } from "../core/bounded_map.ts";
import { toUuidKey } from "../core/uuid.ts";
import type { EventPolicy } from "./types.ts";

/** Uuids remembered at most; one that is forgotten starts anew. */
const MAX_UUIDS = 100_000;

/**
 * A policy that answers `retry` to each event on its first `times` tries, whatever else travels with it, and leaves
 * later tries to the emulator. A try is counted when the endpoint looks at the event, so not when a fault hit first.
 *
 * @example An event that is stored at its second try
 * ```ts
 * import { createPostHogEmulator, retryFirstTries } from "edgehog/dev";
 * import { assertEquals } from "@std/assert";
 *
 * const emulator = createPostHogEmulator();
 * emulator.setEventPolicy(retryFirstTries(1));
 * const uuid = "0197b5e0-0000-7000-8000-000000000001";
 * const body = JSON.stringify({
 *   created_at: "2026-01-01T00:00:00.000Z",
 *   batch: [{
 *     event: "order placed",
 *     distinct_id: "user-1",
 *     uuid,
 *     timestamp: "2026-01-01T00:00:00.000Z",
 *     options: {},
 *     properties: {},
 *   }],
 * });
 * const results = [];
 * for (let attempt = 1; attempt <= 2; attempt++) {
 *   const response = await emulator.fetch("http://localhost/i/v1/analytics/events", {
 *     method: "POST",
 *     headers: {
 *       "Authorization": "Bearer phc_example",
 *       "Content-Type": "application/json",
 *       "User-Agent": "example/1.0.0",
 *       "PostHog-Sdk-Info": "example/1.0.0",
 *       "PostHog-Attempt": String(attempt),
 *       "PostHog-Request-Id": "0197b5e0-0000-7000-8000-00000000000a",
 *       "PostHog-Request-Timestamp": "2026-01-01T00:00:00.000Z",
 *     },
 *     body,
 *   });
 *   results.push((await response.json()).results[uuid].result);
 * }
 * assertEquals(results, ["retry", "ok"]);
 * assertEquals(emulator.events.length, 1);
 * ```
 */
export function retryFirstTries(times: number): EventPolicy {
  const tries = new BoundedMap<string, number>(MAX_UUIDS);
  return ({ uuid }) => {
    const key = toUuidKey(uuid);
    const count = (tries.get(key) ?? 0) + 1;
    tries.set(key, count);
    return count <= times
      ? { result: "retry", details: "not_persisted" }
      : undefined;
  };
}

import { systemClock } from "../core/clock.ts";
import { systemRandom } from "../core/random.ts";
import { createUuidSource, type UuidSource } from "../core/uuid.ts";

/** Of the isolate, so that its uuids are in order; made at first use, since random bytes are refused at import. */
let source: UuidSource | undefined;

/**
 * A UUIDv7 of now, greater than the one before: for a `uuid` of your own on an event.
 *
 * @example
 * ```ts
 * import { assert } from "@std/assert";
 * import { uuidv7 } from "edgehog";
 *
 * assert(uuidv7() < uuidv7());
 * ```
 */
export function uuidv7(): string {
  return (source ??= createUuidSource(systemRandom))(systemClock.now());
}

import type { Bytes } from "./bytes.ts";
import { CallbackError } from "./errors.ts";

/** Fills the array with random bytes: uuids, jitter, lease waits. Called lazily, never at import or construction. */
export type RandomSource = (bytes: Bytes) => void;

/** The platform's cryptographic random bytes. */
export const systemRandom: RandomSource = (bytes: Bytes): void => {
  try {
    crypto.getRandomValues(bytes);
  } catch (cause) {
    throw new CallbackError("the seam 'random' failed", "random", cause);
  }
};

/** A uniform number in [0, 1), from four random bytes. */
export function drawUnit(random: RandomSource): number {
  const bytes = new Uint8Array(4);
  random(bytes);
  return new DataView(bytes.buffer).getUint32(0) / 2 ** 32;
}

/** A number in [0, 1) for what needs no secrecy and no cryptography, such as the jitter of a wait. */
export function drawFraction(): number {
  return Math.random();
}

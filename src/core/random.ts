import type { Bytes } from "./bytes.ts";
/** Fills the array with random bytes: uuids, jitter, lease waits. Called lazily, never at import or construction. */
export type RandomSource = (bytes: Bytes) => void;

/** The platform's cryptographic random bytes. */
export const systemRandom: RandomSource = (
  bytes: Bytes,
): void => {
  crypto.getRandomValues(bytes);
};

/** A uniform number in [0, 1), from four random bytes. */
export function drawUnit(random: RandomSource): number {
  const bytes = new Uint8Array(4);
  random(bytes);
  return new DataView(bytes.buffer).getUint32(0) / 2 ** 32;
}

/** The divisor is 0xfffffffffffffff, which a double rounds to exactly this. */
const MAX_HASH = 2 ** 60;

/** Longer distinct ids are cut, as the server stores them; longer device ids and group keys are not hashed. */
const MAX_ID_CODE_POINTS = 200;

/**
 * The point in 0–1 that a SHA-1 digest stands for: its first 60 bits as a share. NaN for anything shorter than
 * eight bytes.
 *
 * The hash is a 60-bit integer, more than a double holds exactly: it is rounded once, here, and divided once, or
 * ids at a rollout's edge would change sides between SDKs.
 */
export function toBucket(digest: ArrayBufferView): number {
  if (digest.byteLength < 8) return NaN;
  // Bytes, since a view of them costs as much as all the rest.
  const bytes = digest instanceof Uint8Array
    ? digest
    : new Uint8Array(digest.buffer, digest.byteOffset, 8);
  return (readWord(bytes, 0) * 2 ** 28 + (readWord(bytes, 4) >>> 4)) / MAX_HASH;
}

/** Four bytes, big-endian. */
function readWord(bytes: Uint8Array, at: number): number {
  let word = 0;
  for (let index = at; index < at + 4; index++) {
    word = (word << 8) | (bytes[index] ?? 0);
  }
  return word >>> 0;
}

/** The text hashed for a flag's rollout. */
export function buildRolloutText(
  flagKey: string,
  bucketingValue: string,
): string {
  return `${flagKey}.${bucketingValue}`;
}

/** The text hashed for a flag's variant: independent of the rollout's. */
export function buildVariantText(
  flagKey: string,
  bucketingValue: string,
): string {
  return `${flagKey}.${bucketingValue}variant`;
}

/** The text hashed for holdouts: one for all flags, so that everyone is held out of all or none. */
export function buildHoldoutText(bucketingValue: string): string {
  return `holdout-${bucketingValue}`;
}

/** The id's first 200 code points, the form in which the server stores it; nothing else is changed. */
export function cutDistinctId(distinctId: string): string {
  if (distinctId.length <= MAX_ID_CODE_POINTS) return distinctId;
  let end = 0;
  for (
    let count = 0;
    count < MAX_ID_CODE_POINTS && end < distinctId.length;
    count++
  ) {
    end += (distinctId.codePointAt(end) ?? 0) > 0xffff ? 2 : 1;
  }
  return distinctId.slice(0, end);
}

/** Whether the id is short enough to be hashed as it is. */
export function isHashable(id: string): boolean {
  return cutDistinctId(id).length === id.length;
}

/** A variant's upper bound, exclusive; its lower one is the bound before. */
export interface VariantRange {
  /** The variant's key. */
  readonly key: string;
  /** The sum of the shares up to this variant, added up in stored order and neither rounded nor normalised. */
  readonly upper: number;
}

/** Adds up the variants' shares. */
export function buildVariantRanges(
  variants: readonly {
    readonly key: string;
    readonly rolloutPercentage: number;
  }[],
): readonly VariantRange[] {
  let upper = 0;
  return variants.map(({ key, rolloutPercentage }) => {
    upper += rolloutPercentage / 100;
    return { key, upper };
  });
}

/** The variant at a bucket; undefined beyond the last one. */
export function pickVariant(
  ranges: readonly VariantRange[],
  bucket: number,
): string | undefined {
  for (const range of ranges) if (bucket < range.upper) return range.key;
  return undefined;
}

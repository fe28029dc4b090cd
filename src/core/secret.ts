/**
 * Whether two secrets are the same, in a time that tells nothing about where they differ: digests are compared,
 * which have one length, to their end.
 */
export async function isSameSecret(
  given: string,
  expected: string,
): Promise<boolean> {
  const encoder = new TextEncoder();
  const [left, right] = await Promise.all(
    [given, expected].map(async (text) =>
      new Uint8Array(
        await crypto.subtle.digest("SHA-256", encoder.encode(text)),
      )
    ),
  );
  if (!left || !right) return false;
  let difference = 0;
  for (const [index, byte] of left.entries()) {
    difference |= byte ^ (right[index] ?? 0xff);
  }
  return difference === 0;
}

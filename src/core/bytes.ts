// deno-lint-ignore no-control-regex -- the range of ASCII starts there
const NON_ASCII = /[^\x00-\x7f]/;

/** The UTF-8 length of the text in bytes, counted without encoding it. */
export function countBytes(text: string): number {
  // Most texts are ASCII, which a search tells several times faster than a look at each unit.
  const start = text.search(NON_ASCII);
  if (start < 0) return text.length;
  let bytes = text.length;
  for (let i = start; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit < 0x80) continue;
    // A well-formed pair is four bytes for its two units: two for each.
    bytes += unit < 0x800 || (unit >= 0xd800 && unit <= 0xdfff) ? 1 : 2;
  }
  return bytes;
}

/** The bytes in Base64. */
export function toBase64(bytes: Uint8Array): string {
  const parts: string[] = [];
  // `fromCharCode` takes its bytes as arguments, whose number engines limit.
  for (let start = 0; start < bytes.length; start += 8192) {
    parts.push(String.fromCharCode(...bytes.subarray(start, start + 8192)));
  }
  return btoa(parts.join(""));
}

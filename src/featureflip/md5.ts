/** How far a round's words are turned, by four rounds of four. */
const TURNS = [7, 12, 17, 22, 5, 9, 14, 20, 4, 11, 16, 23, 6, 10, 15, 21];

const LITTLE_ENDIAN = true;

/** The 64 constants: the first 32 bits of sines. */
let sines: readonly number[] | undefined;

/**
 * The MD5 of a text's UTF-8 bytes, as the digest's four little-endian words. Here because Web Crypto has no MD5, and a
 * variation must be answered at once.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc1321} RFC 1321
 */
export function digestMd5(text: string): Uint32Array {
  const bytes = new TextEncoder().encode(text);
  const blocks = (bytes.length + 72) >> 6;
  const padded = new DataView(new ArrayBuffer(blocks * 64));
  new Uint8Array(padded.buffer).set(bytes);
  padded.setUint8(bytes.length, 0x80);
  padded.setUint32(blocks * 64 - 8, bytes.length << 3, LITTLE_ENDIAN);
  padded.setUint32(blocks * 64 - 4, bytes.length >>> 29, LITTLE_ENDIAN);
  const state = new Uint32Array([
    0x67452301,
    0xefcdab89,
    0x98badcfe,
    0x10325476,
  ]);
  for (let block = 0; block < blocks; block++) {
    mixBlock(state, padded, block * 64);
  }
  return state;
}

/** Mixes a block of the message into the state. */
function mixBlock(state: Uint32Array, message: DataView, start: number): void {
  sines ??= Array.from(
    { length: 64 },
    (_, index) => Math.abs(Math.sin(index + 1)) * 2 ** 32 | 0,
  );
  let [a = 0, b = 0, c = 0, d = 0] = state;
  for (let i = 0; i < 64; i++) {
    const round = i >> 4;
    const mixed = round === 0
      ? d ^ (b & (c ^ d))
      : round === 1
      ? c ^ (d & (b ^ c))
      : round === 2
      ? b ^ c ^ d
      : c ^ (b | ~d);
    // Which word of the block comes next, by round: i, 5i + 1, 3i + 5, 7i.
    const word = [i, 5 * i + 1, 3 * i + 5, 7 * i][round] ?? 0;
    const sum = a + mixed + (sines[i] ?? 0) +
        message.getInt32(start + (word & 15) * 4, LITTLE_ENDIAN) | 0;
    const turn = TURNS[round * 4 + (i & 3)] ?? 0;
    a = d;
    d = c;
    c = b;
    b = b + (sum << turn | sum >>> (32 - turn)) | 0;
  }
  for (const [index, word] of [a, b, c, d].entries()) {
    state[index] = (state[index] ?? 0) + word;
  }
}

/** Texts whose buckets are remembered, and the letters of each at most: visitors choose their ids. */
const MAX_KNOWN = 10_000;
const MAX_KNOWN_LETTERS = 200;

/** Buckets by what was hashed: the same for every client. */
const known = new Map<string, number>();

/** Which of a hundred buckets the value falls into. */
export function bucket(salt: string, value: string): number {
  const text = `${salt}:${value}`;
  let place = known.get(text);
  if (place === undefined) {
    place = (digestMd5(text)[0] ?? 0) % 100;
    if (known.size >= MAX_KNOWN) known.clear();
    if (text.length <= MAX_KNOWN_LETTERS) known.set(text, place);
  }
  return place;
}

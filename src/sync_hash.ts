/**
 * SHA-1 without Web Crypto's promises, for flags that are evaluated in microseconds: digests of short texts take
 * a fraction of the time that a call of `crypto.subtle` takes, and nothing is awaited between an evaluation's
 * passes. Pass `syncHasher` as the client's `hasher`; flags have the same values with it. For every runtime.
 *
 * @example A client that hashes synchronously
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { PostHog } from "edgehog";
 * import { createPostHogEmulator } from "edgehog/dev";
 * import { syncHasher } from "edgehog/sync-hash";
 *
 * const filters = { groups: [{ rollout_percentage: 50, properties: [] }] };
 * const emulator = createPostHogEmulator({ flags: { flags: [{ key: "half", active: true, filters }] } });
 * const posthog = new PostHog("phc_x", {
 *   personalApiKey: "phx_x",
 *   fetch: emulator.fetch,
 *   hasher: syncHasher,
 * });
 *
 * assertEquals((await posthog.evaluateFlags("user-1")).isEnabled("half"), true);
 * ```
 *
 * @module
 */
import type { Hasher } from "./core/hash.ts";

export type { Hasher } from "./core/hash.ts";

/** Bytes of a block. */
const BLOCK = 64;

/** Bytes of a digest. */
const DIGEST = 20;

/** Bytes behind a message: the closing bit's, and the length's eight. */
const TAIL = 9;

/**
 * A {@linkcode Hasher} that answers at once: SHA-1 in JavaScript, digest for digest what Web Crypto gives.
 *
 * @example The digest of a text
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { syncHasher } from "edgehog/sync-hash";
 *
 * const [digest] = await syncHasher.digest(["abc"]);
 * assertEquals(digest?.slice(0, 4), new Uint8Array([0xa9, 0x99, 0x3e, 0x36]));
 * ```
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc3174} RFC 3174
 */
export const syncHasher: Hasher = Object.freeze({
  digest(texts: readonly string[]) {
    const encoder = new TextEncoder();
    // Memory of this call only, so that calls never meet in it. The digests share theirs: an allocation for each
    // would cost more than hashing it.
    const schedule = new Int32Array(80);
    const digests = new DataView(new ArrayBuffer(DIGEST * texts.length));
    let bytes = new Uint8Array(4 * BLOCK);
    let message = new DataView(bytes.buffer);
    return texts.map((text, index) => {
      // A UTF-16 unit takes three bytes at most.
      const most = 3 * text.length + TAIL + BLOCK;
      if (bytes.length < most) {
        bytes = new Uint8Array(most);
        message = new DataView(bytes.buffer);
      }
      // Lone surrogates become U+FFFD.
      const { written } = encoder.encodeInto(text, bytes);
      const end = Math.ceil((written + TAIL) / BLOCK) * BLOCK;
      bytes.fill(0, written, end);
      bytes[written] = 0x80;
      message.setUint32(end - 8, written / 2 ** 29);
      message.setUint32(end - 4, written << 3);
      const state = digestMessage(message, end, schedule);
      const start = DIGEST * index;
      for (let word = 0; word < 5; word++) {
        digests.setInt32(start + 4 * word, state[word] ?? 0);
      }
      return new Uint8Array(digests.buffer, start, DIGEST);
    });
  },
});

/** The five words of the digest of the padded message in the first `end` bytes. */
function digestMessage(
  message: DataView,
  end: number,
  schedule: Int32Array,
): readonly number[] {
  let h0 = 0x67452301;
  let h1 = 0xefcdab89 | 0;
  let h2 = 0x98badcfe | 0;
  let h3 = 0x10325476;
  let h4 = 0xc3d2e1f0 | 0;
  for (let start = 0; start < end; start += BLOCK) {
    fillSchedule(schedule, message, start);
    let a = h0;
    let b = h1;
    let c = h2;
    let d = h3;
    let e = h4;
    for (let t = 0; t < 80; t++) {
      const mixed = t < 20
        ? (d ^ (b & (c ^ d))) + 0x5a827999
        : t < 40
        ? (b ^ c ^ d) + 0x6ed9eba1
        : t < 60
        ? ((b & c) | (d & (b | c))) + 0x8f1bbcdc
        : (b ^ c ^ d) + 0xca62c1d6;
      const next = (rotate(a, 5) + e + mixed + (schedule[t] ?? 0)) | 0;
      e = d;
      d = c;
      c = rotate(b, 30);
      b = a;
      a = next;
    }
    h0 = (h0 + a) | 0;
    h1 = (h1 + b) | 0;
    h2 = (h2 + c) | 0;
    h3 = (h3 + d) | 0;
    h4 = (h4 + e) | 0;
  }
  return [h0, h1, h2, h3, h4];
}

/** Spreads a block of the message over the 80 rounds. */
function fillSchedule(
  schedule: Int32Array,
  message: DataView,
  start: number,
): void {
  for (let t = 0; t < 16; t++) schedule[t] = message.getInt32(start + 4 * t);
  for (let t = 16; t < 80; t++) {
    const mixed = (schedule[t - 3] ?? 0) ^ (schedule[t - 8] ?? 0) ^
      (schedule[t - 14] ?? 0) ^ (schedule[t - 16] ?? 0);
    schedule[t] = rotate(mixed, 1);
  }
}

function rotate(word: number, bits: number): number {
  return (word << bits) | (word >>> (32 - bits));
}

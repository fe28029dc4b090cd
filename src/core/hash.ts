/**
 * Digests the texts that decide a bucket: one method, so that the default can be replaced.
 *
 * The texts of one evaluation come together. The answer has one SHA-1 digest (20 bytes) a text, in order,
 * either at once or as a promise.
 *
 * @example Count the digests that an evaluation needs
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { type Hasher, PostHog } from "edgehog";
 * import { createPostHogEmulator } from "edgehog/dev";
 *
 * let digests = 0;
 * const hasher: Hasher = {
 *   digest(texts) {
 *     digests += texts.length;
 *     const encoder = new TextEncoder();
 *     return Promise.all(texts.map(async (text) =>
 *       new Uint8Array(await crypto.subtle.digest("SHA-1", encoder.encode(text)))
 *     ));
 *   },
 * };
 * const filters = { groups: [{ rollout_percentage: 50, properties: [] }] };
 * const emulator = createPostHogEmulator({ flags: { flags: [{ key: "half", active: true, filters }] } });
 * const posthog = new PostHog("phc_x", { personalApiKey: "phx_x", fetch: emulator.fetch, hasher });
 * await posthog.evaluateFlags("user-1");
 * await posthog.evaluateFlags("user-1");
 *
 * assertEquals(digests, 1); // the bucket of a returning id is remembered
 * ```
 */
export interface Hasher {
  /** SHA-1 of the UTF-8 bytes of each text, in order. */
  digest(
    texts: readonly string[],
  ): readonly Uint8Array[] | Promise<readonly Uint8Array[]>;
}

/** The default {@linkcode Hasher}: SHA-1 through Web Crypto, all digests requested together. */
export const webCryptoHasher: Hasher = Object.freeze({
  digest(texts: readonly string[]) {
    const encoder = new TextEncoder();
    return Promise.all(texts.map(async (text) => {
      return new Uint8Array(
        await crypto.subtle.digest("SHA-1", encoder.encode(text)),
      );
    }));
  },
});

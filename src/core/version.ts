/** The library's name on the wire: `$lib`, `User-Agent`, `PostHog-Sdk-Info`. */
export const LIBRARY_NAME = "edgehog";

/** The library's version; a test holds it to `deno.json`. */
export const VERSION = "0.1.0";

/** The value of the `User-Agent` header, set explicitly because Workers send none. */
export const USER_AGENT = "edgehog/0.1.0";

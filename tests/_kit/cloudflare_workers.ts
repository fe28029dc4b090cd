/**
 * Stands in for Cloudflare's module where the examples and the README are type-checked and run on Deno.
 * In workerd the real one answers, since the bundler leaves `cloudflare:*` alone.
 *
 * @module
 */

/** The bindings; none outside workerd. */
// deno-lint-ignore no-explicit-any -- each Worker has a type of its own for them, made from its configuration
export const env: any = {};

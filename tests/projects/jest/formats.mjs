/** Both module formats in one process: they share what belongs to the isolate, and know each other's clients. */
import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { PostHog, refreshFlagDefinitions, withPostHog } from "edgehog";

const required = createRequire(import.meta.url)("edgehog");
const { createTestClient } = createRequire(import.meta.url)("edgehog/testing");

assert.notEqual(required.PostHog, PostHog);

const warnings = [];
const logger = {
  debug() {},
  info() {},
  warn: (message) => warnings.push(message),
  error: (message) => warnings.push(message),
};
new PostHog("phc_both", { logger });
new required.PostHog("phc_both", { logger });
assert.equal(warnings.length, 1, "one warning about two clients");

const { posthog, emulator, errors } = createTestClient({ flags: { a: true } });
await refreshFlagDefinitions(posthog);
assert.equal(posthog.isLocalEvaluationReady(), true);

const handler = withPostHog(posthog, () => {
  throw new TypeError("no");
});
const pending = [];
const ctx = { waitUntil: (promise) => void pending.push(promise) };
await assert.rejects(handler(new Request("https://a.example/"), {}, ctx));
await Promise.all(pending);
assert.deepEqual(emulator.events.map(({ event }) => event), ["$exception"]);
assert.deepEqual(errors, []);

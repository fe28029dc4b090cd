import { assert, assertEquals } from "@std/assert";
import { createTestClient } from "edgehog/testing";
import { CallbackError } from "../src/core/errors.ts";
import { createReporter } from "../src/core/reporter.ts";
import { CANARY, takeLeaks } from "./_kit/redaction/leaks.ts";

/**
 * That no key, token or property value is in a message or error of any client of this suite (CAP-294) is looked at
 * while the whole suite runs, by `_kit/redaction/preload.ts`. These tests show that it looks.
 */
const WATCH_IS_ON =
  "the suite runs under `deno task test:deno`, which preloads the watch";

function createForgetful() {
  const quiet = () => {};
  return createReporter({
    logger: { debug: quiet, info: quiet, warn: quiet, error: quiet },
    onError: quiet,
    debug: true,
    redact: (text) => text,
  });
}

Deno.test("the watch sees every message and error that a reporter without redaction lets out (CAP-294)", () => {
  const reporter = createForgetful();
  reporter.debug("Sent with phc_project");
  reporter.warn("Refused phx_personal");
  reporter.error(`Cannot use '${CANARY}'`);
  reporter.tell(
    new CallbackError("Cannot", "beforeSend", new Error("phs_secret")),
  );
  reporter.drop({ reason: "hook", details: CANARY });
  const places = takeLeaks().map((leak) => leak.split(":")[0]);
  assertEquals(places, [
    "debug",
    "warn",
    "on warning",
    "error",
    "onError",
    "on error",
    "on drop",
  ], WATCH_IS_ON);
});

Deno.test("the watch takes a key's shape in a message for no key", () => {
  createForgetful().warn("Expected a project token (phc_…), see 'apiKey'");
  assertEquals(takeLeaks(), []);
});

Deno.test("the watch is on in clients too (CAP-294)", () => {
  const { posthog } = createTestClient();
  // An event's name may be logged, so this one is what a leak looks like.
  posthog.capture({ event: CANARY, distinctId: "u", timestamp: "bad" });
  posthog.capture({ event: CANARY, distinctId: "u", properties: { n: 1n } });
  assert(takeLeaks().length > 0, WATCH_IS_ON);
});

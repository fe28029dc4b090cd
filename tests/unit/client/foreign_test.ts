import { assertThrows } from "@std/assert";
import { createTestClient } from "edgehog/testing";

const { posthog } = createTestClient();
const scope = posthog.forRequest();

for (
  const [name, foreign] of [
    ["a proxy of a client", new Proxy(posthog, {})],
    ["what inherits from a client", Object.create(posthog)],
    ["the prototype", Object.getPrototypeOf(posthog)],
  ] as const
) {
  Deno.test(`${name} is no client: neither verbs nor reads answer for it`, () => {
    assertThrows(() => foreign.capture({ event: "viewed" }), TypeError);
    assertThrows(() => foreign.isDisabled, TypeError, "Illegal invocation");
  });
}

Deno.test("a proxy of a scope is no scope", () => {
  const proxy = new Proxy(scope, {});
  assertThrows(() => proxy.capture({ event: "viewed" }), TypeError);
  assertThrows(() => proxy.distinctId, TypeError, "Illegal invocation");
});

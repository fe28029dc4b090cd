import type { IncomingMessage } from "node:http";
import { assertEquals } from "@std/assert";
import { createTestClient } from "edgehog/testing";
import type { PostHogClient, RequestScope } from "edgehog";

/** Fails to compile unless none of the names is a member. */
function assertLacks<Owner, Names extends string>(
  _lacks: Extract<keyof Owner, Names> extends never ? true : false,
): void {}

const IDENTITY = ["getDistinctId", "getSessionId"] as const;
const AMBIENT = ["enterContext"] as const;
const CLIENTS_OWN = [
  "shutdown",
  "close",
  "optIn",
  "optOut",
  "enable",
  "disable",
  "register",
  "unregister",
  "setBeforeSend",
  "overrideFeatureFlags",
  "on",
  "debug",
  "clearQueue",
  "forRequest",
] as const;

Deno.test("neither client nor scope has an ambient identity of its own (CTX-040, FLD-053)", () => {
  type Ambient = (typeof IDENTITY | typeof AMBIENT)[number];
  assertLacks<PostHogClient, Ambient>(true);
  assertLacks<RequestScope, Ambient>(true);
  const { posthog } = createTestClient();
  for (const name of [...IDENTITY, ...AMBIENT]) {
    assertEquals([name in posthog, name in posthog.forRequest()], [
      false,
      false,
    ]);
  }
  // Nothing is current without a storage of the application's.
  assertEquals(
    posthog.withContext({ distinctId: "u" }, () => posthog.getContext()),
    undefined,
  );
});

Deno.test("a scope has nothing that changes the client (CAP-288)", () => {
  assertLacks<RequestScope, (typeof CLIENTS_OWN)[number]>(true);
  const scope = createTestClient().posthog.forRequest();
  assertEquals(CLIENTS_OWN.filter((name) => name in scope), []);
});

Deno.test("withContext() has the type of what the function returns", () => {
  const scope = createTestClient().posthog.forRequest();
  const text: string = scope.withContext({}, () => "text");
  const later: Promise<number> = scope.withContext(
    {},
    () => Promise.resolve(1),
  );
  // @ts-expect-error: a string is no number
  const number: number = scope.withContext({}, () => "text");
  assertEquals([text, later instanceof Promise, number], [
    "text",
    true,
    "text" as unknown as number,
  ]);
});

Deno.test("a scope is made for Node's own request, with exact optional properties too", () => {
  const { posthog } = createTestClient();
  const request: Pick<IncomingMessage, "headers" | "method" | "url"> = {
    headers: { "x-posthog-distinct-id": "user-1" },
    method: undefined,
    url: undefined,
  };
  assertEquals(posthog.forRequest(request).distinctId, "user-1");
});

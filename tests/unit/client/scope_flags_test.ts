import { assertEquals } from "@std/assert";
import type { RequestScope } from "edgehog";
import { openScope } from "./_scope.ts";

type Call = (hog: RequestScope) => Promise<unknown>;

const FLAG_CALLS: readonly [name: string, call: Call, nobody: unknown][] = [
  ["evaluateFlags", async (hog) => {
    const flags = await hog.evaluateFlags();
    return flags.keys.map((key) => flags.getFlag(key));
  }, []],
  ["isFeatureEnabled", (hog) => hog.isFeatureEnabled("beta"), undefined],
  ["getFeatureFlag", (hog) => hog.getFeatureFlag("beta"), undefined],
  ["getFeatureFlagResult", async (hog) => {
    return (await hog.getFeatureFlagResult("beta"))?.enabled;
  }, undefined],
  [
    "getFeatureFlagPayload",
    (hog) => hog.getFeatureFlagPayload("beta"),
    undefined,
  ],
  ["getAllFlags", async (hog) => {
    return Object.values(await hog.getAllFlags());
  }, []],
  ["getAllFlagsAndPayloads", async (hog) => {
    return Object.values((await hog.getAllFlagsAndPayloads()).featureFlags);
  }, []],
];

const FLAGS = { beta: { value: true, payload: 7 } };

for (const [name, call, nobody] of FLAG_CALLS) {
  for (const personalApiKey of ["phx_test", undefined]) {
    const how = personalApiKey ? "locally" : "remotely";
    Deno.test(`${name}() on a scope of nobody, ${how}: nothing asked, nothing exposed (CTX-007)`, async () => {
      const request = { headers: { "x-posthog-session-id": "s1" } };
      for (const fresh of [false, true]) {
        const { hog, emulator, logs, posthog } = openScope({
          request,
          flags: FLAGS,
          personalApiKey,
        });
        const answer = await hog.withContext({}, call, { fresh });
        assertEquals([answer, emulator.requests], [nobody, []]);
        assertEquals(posthog.queueSize, 0);
        const warned = logs.filter(({ level }) => level === "warn");
        assertEquals(warned.length, 1);
      }
    });
  }

  Deno.test(`${name}() on a scope is about who asks (CTX-008)`, async () => {
    const { hog, emulator } = openScope({
      flags: FLAGS,
      personalApiKey: undefined,
    });
    await call(hog);
    hog.setContext({ distinctId: "user-1" });
    await call(hog);
    await hog.withContext({ distinctId: "user-2" }, call);
    const bodies = emulator.requests.filter(({ path }) => path === "/flags")
      .map(({ body }) => body as Record<string, unknown>);
    assertEquals(bodies.map((body) => body["distinct_id"]), [
      "visitor-1",
      "user-1",
      "user-2",
    ]);
  });
}

import { assertEquals } from "@std/assert";
import { featureFlags } from "edgehog/feature-flags";
import { createTestClient, type TestKit } from "edgehog/testing";

const WARNING =
  "Cannot evaluate flags locally: the client needs local evaluation, with a secret key or a flagDefinitionCache";

interface Row {
  readonly name: string;
  readonly create: () => TestKit & {
    readonly posthog: Evaluating;
  };
}

/** What of a client is used. */
interface Evaluating {
  evaluateFlags(
    distinctId: string,
    options?: { readonly onlyEvaluateLocally?: boolean },
  ): Promise<{ readonly keys: readonly string[] }>;
}

const flags = { "new-nav": true };
const keyless = { flags, personalApiKey: undefined };

const ROWS: readonly Row[] = [
  {
    name: "without a key and a cache",
    create: () => createTestClient(keyless),
  },
  {
    name: "with strictLocalEvaluation",
    create: () => createTestClient({ ...keyless, strictLocalEvaluation: true }),
  },
  {
    name: "with enableLocalEvaluation: false",
    create: () => createTestClient({ flags, enableLocalEvaluation: false }),
  },
  {
    name: "composed without local evaluation",
    create: () => createTestClient({ flags, use: [featureFlags()] }),
  },
];

for (const { name, create } of ROWS) {
  Deno.test(`evaluateFlags() of a client ${name} warns once that it can't evaluate locally`, async () => {
    const { posthog, logs, emulator } = create();
    for (let count = 0; count < 2; count++) {
      const snapshot = await posthog.evaluateFlags("user-1", {
        onlyEvaluateLocally: true,
      });
      assertEquals(snapshot.keys, []);
    }
    assertEquals(logs, [{ level: "warn", message: WARNING }]);
    assertEquals(emulator.requests, []);
  });
}

Deno.test("evaluateFlags() is silent where there is a way to definitions, or PostHog may be asked", async () => {
  const failing = createTestClient({ flags });
  failing.emulator.failNext({ status: 500 });
  await failing.posthog.evaluateFlags("user-1", { onlyEvaluateLocally: true });
  const remote = createTestClient(keyless);
  await remote.posthog.evaluateFlags("user-1");
  const overridden = createTestClient(keyless);
  overridden.posthog.overrideFeatureFlags(flags);
  await overridden.posthog.evaluateFlags("user-1", {
    flagKeys: ["new-nav"],
    onlyEvaluateLocally: true,
  });
  for (const { logs } of [failing, remote, overridden]) {
    assertEquals(logs.filter(({ message }) => message === WARNING), []);
  }
});

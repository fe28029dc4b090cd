import { assertEquals } from "@std/assert";
import { createHarness, definitionsOf, flag } from "./_helpers.ts";

const on = { ...flag([{}]), key: "f" };

/** A client's switch, a call's, a read's, and what comes of them. */
const ROWS: readonly (readonly [
  client: boolean | undefined,
  call: boolean | undefined,
  read: boolean | undefined,
  events: number,
])[] = [
  [undefined, undefined, undefined, 1],
  [undefined, false, undefined, 0],
  [undefined, undefined, false, 0],
  [undefined, false, true, 1],
  [false, undefined, undefined, 0],
  [false, true, undefined, 1],
  [false, undefined, true, 1],
  [false, true, false, 0],
  [true, false, undefined, 0],
  [true, true, undefined, 1],
];

for (const [client, call, read, events] of ROWS) {
  const create = () =>
    createHarness({
      definitions: [definitionsOf([on])],
      settings: { sendFeatureFlagEvent: client },
    });
  Deno.test(`A snapshot's reads: client ${client}, call ${call}, read ${read} (FLD-041, UPS-073)`, async () => {
    const reads = read === undefined ? {} : { sendFeatureFlagEvents: read };
    for (const method of ["isEnabled", "getFlag"] as const) {
      const harness = create();
      const flags = await harness.evaluateFlags("ada", {
        sendFeatureFlagEvents: call,
      });
      assertEquals(flags[method]("f", reads), true);
      assertEquals(harness.drafts.length, events);
      assertEquals(flags.onlyAccessed().keys, ["f"]);
    }
  });
  if (read !== undefined) continue;
  Deno.test(`A method for one flag: client ${client}, call ${call} (FLD-041)`, async () => {
    for (
      const method of [
        "isFeatureEnabled",
        "getFeatureFlag",
        "getFeatureFlagResult",
      ] as const
    ) {
      const harness = create();
      await harness[method]("f", "ada", { sendFeatureFlagEvents: call });
      assertEquals(harness.drafts.length, events);
    }
  });
}

Deno.test("A silent read leaves no memory, so that a later one is told of (FLD-041, UPS-073, R47)", async () => {
  const harness = createHarness({ definitions: [definitionsOf([on])] });
  const flags = await harness.evaluateFlags("ada");
  flags.getFlag("f", { sendFeatureFlagEvents: false });
  assertEquals(harness.drafts.length, 0);
  assertEquals(flags.onlyAccessed().keys, ["f"]);
  flags.getFlag("f");
  assertEquals(harness.drafts.length, 1);
});

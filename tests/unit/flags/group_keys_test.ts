import { assertEquals } from "@std/assert";
import { createHarness, definitionsOf, flag, remoteOf } from "./_helpers.ts";
import { onCompany } from "./_unresolved.ts";

const half = onCompany([{ rollout_percentage: 50 }]);

const create = () =>
  createHarness({
    definitions: [
      definitionsOf([half, { ...flag([{}]), key: "on" }], {
        "group_type_mapping": { "0": "company" },
      }),
    ],
    remote: [remoteOf({ f: { value: "remote" } })],
  });

const HASHED: readonly (readonly [key: string | number, text: string])[] = [
  [7, "f.7"],
  [7.0, "f.7"],
  [7.5, "f.7.5"],
  ["7.0", "f.7.0"],
];

for (const [key, text] of HASHED) {
  Deno.test(`A group's key is hashed by its canonical text: ${text} (UPS-143)`, async () => {
    const harness = create();
    await harness.evaluateFlags("ada", { groups: { company: key } });
    assertEquals(harness.hasher.requests, [[text]]);
    assertEquals(harness.paths(), ["/flags/definitions"]);
  });
}

/** Keys that are no text and no number, as an application without types may give them. */
const ODD: readonly unknown[] = [true, false, { id: 1 }, ["acme"]];

for (const company of ODD) {
  Deno.test(`A group's key of another type is PostHog's to read: ${JSON.stringify(company)} (UPS-143)`, async () => {
    const harness = create();
    const groups = { company } as unknown as Record<string, string>;
    const flags = await harness.evaluateFlags("ada", { groups });
    assertEquals(flags.getFlag("f"), "remote");
    assertEquals(flags.getFlag("on"), true);
    // What PostHog makes of such a key is not known; it may refuse all of the request.
    assertEquals(harness.remoteBody()["groups"], {});
    assertEquals(harness.hasher.requests, []);
    const local = await harness.evaluateFlags("ada", {
      groups,
      onlyEvaluateLocally: true,
    });
    assertEquals(local.unresolvedFlags, { f: "missing_context" });
  });
}

for (const company of [null, undefined, "", NaN]) {
  Deno.test(`A group's key that is none stays none: ${company} (UPS-143)`, async () => {
    const harness = create();
    const groups = { company } as unknown as Record<string, string>;
    const flags = await harness.evaluateFlags("ada", { groups });
    assertEquals(flags.getFlag("f"), false);
    assertEquals(harness.paths(), ["/flags/definitions"]);
  });
}

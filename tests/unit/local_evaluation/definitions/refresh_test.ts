// deno-lint-ignore-file no-boolean-literal-for-arguments -- they are expected values here
import { assertEquals } from "@std/assert";
import {
  createHarness,
  definitionsOf,
  flag,
  remoteOf,
} from "../../flags/_helpers.ts";

const on = definitionsOf([flag([{}])], { headers: { ETag: 'W/"1"' } });
const off = definitionsOf([{ ...flag([{}]), active: false }]);
const DEFINITIONS = "/flags/definitions";

Deno.test("createFlags() requests nothing and reads neither clock nor hash (FLG-020)", () => {
  const harness = createHarness();
  assertEquals(
    harness.requests.length + harness.hasher.requests.length +
      harness.clock.pending,
    0,
  );
});

Deno.test("A load requests definitions as the protocol says, the ETag byte for byte (FLG-010)", async () => {
  const harness = createHarness({ definitions: [on, { status: 304 }] });
  await harness.evaluateFlags("ada");
  await harness.reloadFeatureFlags();
  const [first, second] = harness.requests;
  assertEquals(
    first?.url,
    "https://h.test/flags/definitions?token=phc_project&send_cohorts",
  );
  assertEquals(first?.headers, {
    "Authorization": "Bearer phs_secret",
    "Content-Type": "application/json",
  });
  assertEquals(second?.headers?.["If-None-Match"], 'W/"1"');
  assertEquals(first?.timeoutMs, 10_000);
});

Deno.test("Fresh definitions cause no request, stale ones answer at once and are refreshed (FLG-021)", async () => {
  const harness = createHarness({ definitions: [on, off] });
  await harness.evaluateFlags("ada");
  await harness.clock.advance(29_999);
  assertEquals((await harness.evaluateFlags("ada")).getFlag("f"), true);
  assertEquals(harness.requests.length, 1);
  await harness.clock.advance(1);
  const kept = harness.kept.length;
  assertEquals((await harness.evaluateFlags("ada")).getFlag("f"), true);
  assertEquals(harness.kept.length, kept + 1);
  await Promise.all(harness.kept);
  assertEquals((await harness.evaluateFlags("ada")).getFlag("f"), false);
  assertEquals(harness.requests.length, 2);
});

Deno.test("100 parallel stale accesses start one refresh (FLG-022)", async () => {
  const harness = createHarness({ definitions: [on] });
  await harness.evaluateFlags("ada");
  await harness.clock.advance(30_000);
  await Promise.all(
    Array.from({ length: 100 }, () => harness.evaluateFlags("ada")),
  );
  assertEquals(harness.requests.length, 2);
});

Deno.test("A dropped refresh stops blocking after the request timeout and a second (FLG-024)", async () => {
  const harness = createHarness({ definitions: [on, { kind: "hang" }] });
  // A refresh whose isolate was frozen: it never settles, not even at its deadline.
  await harness.evaluateFlags("ada");
  harness.clock.set(harness.clock.now() + 30_000);
  await harness.evaluateFlags("ada");
  harness.clock.set(harness.clock.now() + 10_999);
  await harness.evaluateFlags("ada");
  assertEquals(harness.requests.length, 2);
  harness.clock.set(harness.clock.now() + 1);
  await harness.evaluateFlags("ada");
  assertEquals(harness.requests.length, 3);
});

Deno.test("A cold access waits for half of the flags deadline and then goes on without (FLG-023, FLD-032)", async () => {
  const harness = createHarness({
    definitions: [{ kind: "hang" }],
    remote: [remoteOf({ f: { enabled: true } })],
  });
  const evaluation = harness.evaluateFlags("ada");
  await harness.clock.advance(1499);
  assertEquals(harness.paths(), [DEFINITIONS]);
  await harness.clock.advance(1);
  assertEquals((await evaluation).getFlag("f"), true);
  assertEquals(harness.paths(), [DEFINITIONS, "/flags/"]);
  const local = harness.evaluateFlags("ada", { onlyEvaluateLocally: true });
  await harness.clock.advance(3000);
  assertEquals((await local).keys, []);
  await harness.clock.advance(60_000);
});

Deno.test("A 304 keeps definitions, makes them fresh and takes a new ETag (FLG-013)", async () => {
  const harness = createHarness({
    definitions: [on, { status: 304, headers: { ETag: 'W/"2"' } }, {
      status: 304,
    }],
  });
  await harness.evaluateFlags("ada");
  await harness.clock.advance(30_000);
  await harness.evaluateFlags("ada");
  await harness.clock.settle();
  assertEquals((await harness.evaluateFlags("ada")).getFlag("f"), true);
  assertEquals(harness.requests.length, 2);
  await harness.reloadFeatureFlags();
  assertEquals(harness.requests[2]?.headers?.["If-None-Match"], 'W/"2"');
});

Deno.test("A 200 without an ETag clears the stored one (FLG-012)", async () => {
  const harness = createHarness({ definitions: [on, off, off] });
  for (let i = 0; i < 3; i++) await harness.reloadFeatureFlags();
  assertEquals(
    harness.requests.map(({ headers }) => headers?.["If-None-Match"]),
    [undefined, 'W/"1"', undefined],
  );
});

Deno.test("A 304 with nothing in memory is asked again once (FLG-014)", async () => {
  const harness = createHarness({ definitions: [{ status: 304 }, on] });
  assertEquals((await harness.evaluateFlags("ada")).getFlag("f"), true);
  const always = createHarness({ definitions: [{ status: 304 }] });
  await always.evaluateFlags("ada", { onlyEvaluateLocally: true });
  assertEquals(always.requests.length, 2);
});

Deno.test("reloadFeatureFlags() ignores backoff, resolves on failure and asks for no flag (FLG-026)", async () => {
  const harness = createHarness({ definitions: [{ status: 401 }] });
  await harness.reloadFeatureFlags();
  await harness.reloadFeatureFlags();
  assertEquals(harness.paths(), [DEFINITIONS, DEFINITIONS]);
});

for (
  const [name, older] of [["definitions", off], ["refusal", {
    status: 401,
  }]] as const
) {
  Deno.test(`A slow older ${name} never replaces a newer answer (FLG-019)`, async () => {
    const harness = createHarness({
      definitions: [{ ...older, afterMs: 2000 }, on],
    });
    const slow = harness.createMethods().reloadFeatureFlags();
    await harness.clock.advance(1500);
    await harness.createMethods().reloadFeatureFlags();
    await harness.clock.advance(500);
    await slow;
    assertEquals((await harness.evaluateFlags("ada")).getFlag("f"), true);
    assertEquals([harness.requests.length, harness.errors.length], [2, 0]);
  });
}

Deno.test("isLocalEvaluationReady() needs a load that brought a flag (FLG-027)", async () => {
  const harness = createHarness({ definitions: [definitionsOf([]), on] });
  assertEquals(harness.isLocalEvaluationReady(), false);
  assertEquals(await harness.waitForLocalEvaluationReady(), false);
  await harness.reloadFeatureFlags();
  assertEquals([
    harness.isLocalEvaluationReady(),
    await harness.waitForLocalEvaluationReady(),
  ], [true, true]);
});

Deno.test("waitForLocalEvaluationReady() gives up after its time (FLG-027)", async () => {
  const harness = createHarness({ definitions: [{ kind: "hang" }] });
  const wait = harness.waitForLocalEvaluationReady(500);
  await harness.clock.advance(500);
  assertEquals(await wait, false);
  await harness.clock.advance(10_000);
});

Deno.test("Without a key, or switched off, no definitions are requested (FLG-011)", async () => {
  for (
    const settings of [{ secretKey: undefined }, {
      enableLocalEvaluation: false,
    }]
  ) {
    const harness = createHarness({ settings });
    await harness.evaluateFlags("ada");
    await harness.reloadFeatureFlags();
    assertEquals(await harness.waitForLocalEvaluationReady(), false);
    assertEquals(harness.paths(), ["/flags/"]);
  }
});

import { assertEquals } from "@std/assert";
import type { PostHog } from "edgehog";
import { setTraceContext } from "../../../src/context/trace_context.ts";
import { createRecorded, firstEntry, type Properties } from "./_recorded.ts";

const distinctId = "user-1";

/** Whoever says it: the layers below the SDK's own, lowest first. */
const LAYERS: readonly (readonly [
  name: string,
  capture: (
    posthog: PostHog,
    error: Error,
    bag: Record<string, unknown>,
  ) => void,
])[] = [
  ["super properties", (posthog, error, bag) => {
    posthog.register(bag);
    posthog.captureException(error, distinctId);
  }],
  ["scope properties", (posthog, error, bag) => {
    const scope = posthog.forRequest(undefined, undefined, { properties: bag });
    scope.captureException(error, distinctId);
  }],
  ["flag properties", (posthog, error, bag) => {
    const flags = { toEventProperties: () => bag as never };
    posthog.captureException(error, distinctId, {}, { flags });
  }],
  [
    "the caller",
    (posthog, error, bag) =>
      void posthog.captureException(error, distinctId, bag),
  ],
];

const RESERVED = [
  "$exception_list",
  "$exception_level",
  "$exception_source",
  "$debug_images",
  "$exception_type",
  "$exception_message",
  "$exception_handled",
  "$exception_types",
  "$exception_values",
  "$exception_sources",
  "$exception_functions",
  "$exception_fingerprint_version",
  "$exception_fingerprint_record",
  "$exception_proposed_fingerprint",
  "$exception_issue_id",
  "$exception_release",
  "$exception_releases",
  "$cymbal_errors",
];

/** What a test's own line numbers do not change. */
const fixedError = () =>
  Object.assign(new RangeError("boom"), {
    stack: "RangeError: boom\n    at pay (shop.ts:1:2)",
  });

for (const [name, capture] of LAYERS) {
  Deno.test(`reserved keys of ${name} have no effect, with one debug line (ERR-050, ERR-051, ERR-052, ERR-058, CAP-081)`, async () => {
    const { posthog, debugs, received, errors } = createRecorded();
    posthog.captureException(fixedError(), distinctId);
    assertEquals(debugs.length, 0);
    const bag = Object.fromEntries(RESERVED.map((key) => [key, ["mine"]]));
    capture(posthog, fixedError(), bag);
    assertEquals([debugs.length, errors], [1, []]);
    assertEquals(RESERVED.every((key) => debugs[0]?.includes(key)), true);
    const [without, withBag] = await received();
    assertEquals(withBag, without);
  });

  Deno.test(`${name} may say what is theirs to say (ERR-053, ERR-057, ERR-086, ERR-095)`, async () => {
    const { posthog, warnings, received } = createRecorded();
    const bag = {
      "$exception_fingerprint": "mine",
      "$exception_steps": [{ step: 1 }],
      "$issue_name": "Checkout",
      "$issue_description": "",
      "$issue_severity": "high",
      "$trace_id": "t",
      "$span_id": "s",
      "$release_id": "r",
    };
    capture(posthog, fixedError(), bag);
    const [properties] = await received();
    const said = Object.keys(bag).map((key) => [key, properties?.[key]]);
    assertEquals(Object.fromEntries(said), bag);
    assertEquals(warnings, []);
  });

  Deno.test(`texts of ${name} that are none are dropped with a warning each (ERR-054, ERR-056)`, async () => {
    const rows: readonly (readonly [key: string, value: unknown])[] = [
      ["$exception_fingerprint", ["a"]],
      ["$exception_fingerprint", ""],
      ["$exception_fingerprint", 1],
      ["$issue_name", 5],
      ["$issue_description", {}],
      ["$issue_severity", false],
    ];
    for (const [key, value] of rows) {
      const { posthog, warnings, received } = createRecorded();
      capture(posthog, fixedError(), { [key]: value });
      const [properties] = await received();
      assertEquals([key in (properties ?? {}), warnings.length], [false, 1]);
      assertEquals(warnings[0]?.includes(key), true);
    }
  });
}

Deno.test("the fingerprint is the option's, else the property's, else nobody's (ERR-053, ERR-054, ERR-055)", async () => {
  const property = { "$exception_fingerprint": "property" };
  const { posthog, warnings, received } = createRecorded();
  const capture = (bag: Record<string, unknown>, fingerprint?: unknown) =>
    posthog.captureException(fixedError(), distinctId, bag, {
      fingerprint: fingerprint as string,
    });
  capture(property, "option");
  capture(property, ["option"]);
  capture({});
  const all = await received();
  assertEquals(all.map((properties) => properties["$exception_fingerprint"]), [
    "option",
    "property",
    undefined,
  ]);
  assertEquals("$exception_fingerprint" in (all[2] ?? {}), false);
  assertEquals(warnings.length, 1);
});

Deno.test("an exception carries the scope's active span, unless the caller says otherwise (ERR-095)", async () => {
  const { posthog, received } = createRecorded();
  const hog = posthog.forRequest();
  const span = {
    traceId: "0af7651916cd43dd8448eb211c80319c",
    spanId: "b7ad6b7169203331",
  };
  setTraceContext(hog, span);
  hog.captureException(new Error("a"));
  hog.captureException(new Error("b"), undefined, { "$trace_id": "mine" });
  posthog.captureException(new Error("c"));
  const all = await received();
  assertEquals(
    all.map((properties) => [properties["$trace_id"], properties["$span_id"]]),
    [[span.traceId, span.spanId], ["mine", span.spanId], [
      undefined,
      undefined,
    ]],
  );
});

Deno.test("an exception carries the build's release, unless the caller says otherwise (ERR-086)", async () => {
  const holder = globalThis as { _posthogReleaseId?: unknown };
  holder._posthogReleaseId = "release-1";
  try {
    const { posthog, received } = createRecorded();
    posthog.captureException(new Error("a"));
    posthog.captureException(new Error("b"), undefined, { "$release_id": "x" });
    const all = await received();
    assertEquals(all.map((properties) => properties["$release_id"]), [
      "release-1",
      "x",
    ]);
  } finally {
    delete holder._posthogReleaseId;
  }
});

Deno.test("options describe the frames (ERR-081, ERR-082)", async () => {
  const { posthog, received } = createRecorded({
    projectRoot: "/app",
    inAppExclude: ["vendor"],
  });
  const error = Object.assign(new Error("boom"), {
    stack:
      "Error: boom\n    at a (/app/vendor/a.js:1:2)\n    at b (/app/src/b.js:3:4)",
  });
  posthog.captureException(error);
  const [properties] = await received();
  const { stacktrace } = firstEntry(properties) as {
    readonly stacktrace: { readonly frames: readonly Properties[] };
  };
  assertEquals(
    stacktrace.frames.map((frame) => [frame["filename"], frame["in_app"]]),
    [["src/b.js", true], ["vendor/a.js", false]],
  );
});

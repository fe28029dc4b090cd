import {
  assertEquals,
  assertMatch,
  assertNotEquals,
  assertThrows,
} from "@std/assert";
import { createPostHogEmulator } from "../../../src/dev/mod.ts";
import type { EmulatorFlagDefinitions } from "../../../src/dev/types.ts";
import { getDefinitions } from "./_requests.ts";

const FLAGS: EmulatorFlagDefinitions = {
  flags: [{
    id: 1,
    key: "new-nav",
    active: true,
    filters: { groups: [{ rollout_percentage: 100 }] },
  }],
  cohorts: { "7": { type: "OR", values: [] } },
};

Deno.test("the emulator serves definitions with a weak ETag", async () => {
  const { fetch } = createPostHogEmulator({ flags: FLAGS });
  const { status, text, headers } = await getDefinitions(fetch);
  assertEquals(status, 200);
  assertEquals(JSON.parse(text), { group_type_mapping: {}, ...FLAGS });
  assertEquals(headers.get("content-type"), "application/json");
  assertMatch(headers.get("etag") ?? "", /^W\/"[0-9a-f]{16}"$/);
});

Deno.test("the emulator answers 304 while the definitions are the same bytes", async () => {
  const { fetch, setFlags } = createPostHogEmulator({ flags: FLAGS });
  const etag = (await getDefinitions(fetch)).headers.get("etag") ?? "";
  const ask = (value: string) =>
    getDefinitions(fetch, {
      authorization: "Bearer phx_test",
      "if-none-match": value,
    });
  const unchanged = await ask(etag);
  assertEquals([
    unchanged.status,
    unchanged.text,
    unchanged.headers.get("etag"),
  ], [304, "", etag]);
  assertEquals((await ask(etag.slice(2))).status, 304);
  assertEquals((await ask('W/"other"')).status, 200);
  setFlags({ flags: [] });
  const changed = await ask(etag);
  assertEquals(changed.status, 200);
  assertNotEquals(changed.headers.get("etag"), etag);
});

const REFUSED: readonly (readonly [
  name: string,
  headers: Record<string, string>,
  query?: string,
])[] = [
  ["no key", {}],
  ["another scheme", { authorization: "Basic phs_right" }],
  ["an empty key", { authorization: "Bearer " }],
  ["a wrong key", { authorization: "Bearer phs_wrong" }],
  ["no token", { authorization: "Bearer phs_right" }, ""],
  [
    "a secret as token",
    { authorization: "Bearer phs_right" },
    "?token=phs_right",
  ],
];

for (const [name, headers, query] of REFUSED) {
  Deno.test(`the emulator refuses definitions: ${name}`, async () => {
    const { fetch } = createPostHogEmulator({
      flags: FLAGS,
      secretKey: "phs_right",
    });
    const { status, text } = await getDefinitions(fetch, headers, query);
    assertEquals([status, JSON.parse(text).type], [
      401,
      "authentication_error",
    ]);
    assertEquals(
      (await getDefinitions(fetch, { authorization: "Bearer phs_right" }))
        .status,
      200,
    );
  });
}

Deno.test("the emulator answers 402 when the quota of flag requests is used up", async () => {
  const { fetch, setQuotaLimited } = createPostHogEmulator({ flags: FLAGS });
  setQuotaLimited(["feature_flags"]);
  const { status, text } = await getDefinitions(fetch);
  assertEquals([status, JSON.parse(text).code], [402, "payment_required"]);
});

Deno.test("setFlags() copies, and refuses what is no definitions document", () => {
  const { setFlags } = createPostHogEmulator();
  // deno-lint-ignore no-explicit-any -- what JavaScript callers can pass
  const wrong: readonly any[] = [
    undefined,
    null,
    [],
    {},
    { flags: {} },
    "flags",
  ];
  for (const document of wrong) {
    assertThrows(() => setFlags(document), TypeError, "Cannot set flags");
  }
});

import { assertEquals } from "@std/assert";
import { createTestClient } from "edgehog/testing";
import { CAPTURE_PATH } from "../../_kit/capture_paths.ts";

/** A flag for all who signed up before a date. */
function buildFlags(value: string) {
  const properties = [
    { key: "signup", type: "person", operator: "is_date_before", value },
  ];
  const filters = { groups: [{ properties }] };
  return { flags: [{ id: 1, key: "veterans", active: true, filters }] };
}

/** An hour before the first of July in New York, and after it in UTC. */
const NIGHT = "2026-07-01T03:00:00Z";

const CASES: readonly (readonly [
  projectTimezone: string | undefined,
  signup: string,
  isVeteran: boolean,
  requests: readonly string[],
])[] = [
  ["America/New_York", NIGHT, true, ["/flags/definitions"]],
  ["UTC", NIGHT, false, ["/flags/definitions"]],
  [undefined, NIGHT, false, ["/flags/definitions", "/flags"]],
  // All zones agree.
  [undefined, "2026-06-30T09:59:59Z", true, ["/flags/definitions"]],
  [undefined, "2026-07-01T12:00:00Z", false, ["/flags/definitions"]],
];

for (const [projectTimezone, signup, isVeteran, requests] of CASES) {
  Deno.test(`evaluateFlags() with projectTimezone ${projectTimezone} and a sign-up at ${signup} (FLG-061)`, async () => {
    const { posthog, emulator } = createTestClient({
      flags: buildFlags("2026-07-01"),
      projectTimezone,
    });
    const personProperties = { signup };
    const flags = await posthog.evaluateFlags("ada", { personProperties });
    assertEquals(flags.isEnabled("veterans"), isVeteran);
    assertEquals(emulator.requests.map(({ path }) => path), requests);
  });
}

Deno.test("evaluateFlags() counts relative dates from the client's clock (FLG-059)", async () => {
  const { posthog, emulator, clock } = createTestClient({
    flags: buildFlags("-6h"),
    startMs: Date.parse("2026-07-01T03:00:00Z"),
  });
  const personProperties = { signup: "2026-06-30T21:00:00Z" };
  const read = async () =>
    (await posthog.evaluateFlags("ada", { personProperties }))
      .isEnabled("veterans");
  const before = await read();
  await clock.advance(1);
  assertEquals([before, await read()], [false, true]);
  const paths = emulator.requests.map(({ path }) => path);
  assertEquals(paths.filter((path) => path !== CAPTURE_PATH), [
    "/flags/definitions",
  ]);
});

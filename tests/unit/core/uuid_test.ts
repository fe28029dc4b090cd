import { assert, assertEquals, assertMatch } from "@std/assert";
import { systemRandom } from "../../../src/core/random.ts";
import { createUuidSource, isUuid } from "../../../src/core/uuid.ts";

Deno.test("createUuidSource() makes lowercase UUIDv7 of the moment (CAP-057)", () => {
  const uuid = createUuidSource(systemRandom)(0x0123_4567_89ab);
  assertMatch(
    uuid,
    /^01234567-89ab-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
  );
});

Deno.test("createUuidSource() rises strictly under a frozen clock (CAP-057)", () => {
  const createUuid = createUuidSource(systemRandom);
  const uuids = Array.from(
    { length: 10_000 },
    () => createUuid(1_700_000_000_000),
  );
  assert(
    uuids.every((uuid, index) =>
      index === 0 || uuid > (uuids[index - 1] ?? "")
    ),
  );
});

Deno.test("createUuidSource() rises when the clock steps back", () => {
  const createUuid = createUuidSource(systemRandom);
  const [first, second] = [createUuid(2000), createUuid(1000)];
  assert(second > first);
});

Deno.test("createUuidSource() carries a full counter into the time", () => {
  // All bits set start the counter at the top of its lower half; 2^25 ids later it is full.
  const createUuid = createUuidSource((bytes) => bytes.fill(255));
  let last = createUuid(1);
  for (let i = 0; i < 3; i++) {
    const next = createUuid(1);
    assert(next > last);
    last = next;
  }
});

Deno.test("createUuidSource() reads no randomness before the first uuid (CAP-002)", () => {
  let reads = 0;
  createUuidSource(() => void reads++);
  assertEquals(reads, 0);
});

for (
  const [value, expected] of [
    ["019b7ca9-8f2e-7000-8000-000000000001", true],
    ["FFFFFFFF-FFFF-FFFF-FFFF-FFFFFFFFFFFF", true],
    ["{019b7ca9-8f2e-7000-8000-000000000001}", false],
    ["abc", false],
    [5, false],
  ] as const
) {
  Deno.test(`isUuid() is ${expected} for ${value} (CAP-058, CAP-059)`, () => {
    assertEquals(isUuid(value), expected);
  });
}

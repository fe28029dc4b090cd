import { assertEquals } from "@std/assert";
import { createSeededRandom } from "../../../src/testing/seeded_random.ts";
import {
  createLeaseKeeper,
  decideLease,
  type LeaseDecision,
  type LeaseView,
  parseLease,
} from "../../../src/caches/lease.ts";

const TIMING = { intervalMs: 30_000, consistencyMs: 60_000, spreadMs: 60_000 };
const NOW = 1_767_225_600_000;

const another = (ageMs: number, holder = "n") => ({
  holder,
  refreshedAt: NOW - ageMs,
});

const CASES: readonly {
  readonly name: string;
  readonly view: Partial<LeaseView>;
  readonly decision: LeaseDecision;
}[] = [
  { name: "no lease at all", view: {}, decision: "claim" },
  {
    name: "another's lease, just refreshed",
    view: { other: another(0) },
    decision: "yield",
  },
  {
    name: "another's lease, a moment before two intervals and the delay",
    view: { other: another(119_999) },
    decision: "yield",
  },
  {
    name: "another's lease, after two intervals and the delay",
    view: { other: another(120_000) },
    decision: "claim",
  },
  {
    name: "another's lease, before this isolate's share of the spread",
    view: { other: another(149_999), spread: 0.5 },
    decision: "yield",
  },
  {
    name: "another's lease, after this isolate's share of the spread",
    view: { other: another(150_000), spread: 0.5 },
    decision: "claim",
  },
  {
    name: "another's lease out of a far future",
    view: { other: another(-120_000) },
    decision: "claim",
  },
  {
    name: "another's lease, by a clock a little ahead",
    view: { other: another(-10_000) },
    decision: "yield",
  },
  {
    name: "another's first claim, its definitions still on their way",
    view: { other: another(4999), isEmpty: true },
    decision: "yield",
  },
  {
    name: "another's first claim that brought no definitions",
    view: { other: another(5000), isEmpty: true },
    decision: "claim",
  },
  {
    name: "its own lease, less than an interval old",
    view: { own: { claimedAt: NOW - 23_999, at: NOW - 23_999 } },
    decision: "hold",
  },
  {
    name: "its own lease, at the fastest client's interval",
    view: { own: { claimedAt: NOW - 27_000, at: NOW - 27_000 } },
    decision: "claim",
  },
  {
    name: "its own lease after a long sleep, without the spread",
    view: {
      own: { claimedAt: NOW - 3_600_000, at: NOW - 3_600_000 },
      other: another(3_800_000),
      spread: 1,
    },
    decision: "claim",
  },
  {
    name: "its own lease after a long sleep, taken over meanwhile",
    view: {
      own: { claimedAt: NOW - 3_600_000, at: NOW - 3_600_000 },
      other: another(1000),
    },
    decision: "yield",
  },
  {
    name: "its own first claim that brought no definitions",
    view: { own: { claimedAt: NOW - 5000, at: NOW - 5000 }, isEmpty: true },
    decision: "claim",
  },
  {
    name: "its own first claim, its definitions still on their way",
    view: { own: { claimedAt: NOW - 4999, at: NOW - 4999 }, isEmpty: true },
    decision: "hold",
  },
  {
    name: "another's claim after its own",
    view: {
      own: { claimedAt: NOW - 60_000, at: NOW - 30_000 },
      other: another(59_000),
    },
    decision: "yield",
  },
  {
    name: "another's claim just before its own, which the store kept",
    view: {
      own: { claimedAt: NOW - 60_000, at: NOW - 30_000 },
      other: another(61_000),
    },
    decision: "yield",
  },
  {
    name: "the claim of the holder before it, in a late read",
    view: {
      own: { claimedAt: NOW - 60_000, at: NOW - 30_000 },
      other: another(180_000),
    },
    decision: "claim",
  },
];

for (const { name, view, decision } of CASES) {
  Deno.test(`decideLease() says ${decision} with ${name}`, () => {
    const full: LeaseView = {
      own: undefined,
      other: undefined,
      spread: 0,
      isEmpty: false,
      now: NOW,
      ...view,
    };
    assertEquals(decideLease(full, TIMING), decision);
  });
}

Deno.test("decideLease() lets a key be written once a second at most", () => {
  const view: LeaseView = {
    own: { claimedAt: NOW - 999, at: NOW - 999 },
    other: undefined,
    spread: 0,
    isEmpty: true,
    now: NOW,
  };
  const timing = { intervalMs: 100, consistencyMs: 0, spreadMs: 0 };
  assertEquals(decideLease(view, timing), "hold");
  assertEquals(
    decideLease(
      { ...view, own: { claimedAt: NOW - 1000, at: NOW - 1000 } },
      timing,
    ),
    "claim",
  );
});

Deno.test("parseLease() reads a lease and nothing else", () => {
  const read = { holder: "a", refreshedAt: 1 };
  assertEquals(parseLease({ ...read, more: true }), read);
  for (
    const json of [
      null,
      "a",
      [],
      {},
      { holder: "a" },
      {
        holder: 1,
        refreshedAt: 1,
      },
      { holder: "a", refreshedAt: "1" },
      { holder: "a", refreshedAt: NaN },
    ]
  ) assertEquals(parseLease(json), undefined, JSON.stringify(json));
});

const lease = (stored: unknown) => ({ key: "lease" as const, stored });
const holder = (stored: unknown) => ({ key: "holder" as const, stored });

Deno.test("a lease keeper draws its name when it is first asked, not before", () => {
  let draws = 0;
  const keeper = createLeaseKeeper(TIMING, () => draws++);
  assertEquals([keeper.keyToRead(NOW), draws], ["lease", 0]);
  keeper.decide(lease(null), NOW, false);
  assertEquals(draws > 0, true);
  const before = draws;
  keeper.decide(lease(null), NOW, false);
  assertEquals(draws, before);
});

Deno.test("a lease keeper spares reading while another's lease is good", () => {
  const keeper = createLeaseKeeper(TIMING, createSeededRandom(1));
  assertEquals(keeper.decide(lease(another(50_000)), NOW, false), undefined);
  assertEquals(keeper.keyToRead(NOW + 69_999), undefined);
  assertEquals(keeper.keyToRead(NOW + 70_000), "lease");
});

Deno.test("a lease keeper goes by the newest lease it saw, whatever an older read says", () => {
  const keeper = createLeaseKeeper(TIMING, createSeededRandom(1));
  keeper.decide(lease(another(0)), NOW, false);
  keeper.decide(lease(another(110_000)), NOW, false);
  assertEquals(keeper.keyToRead(NOW + 119_999), undefined);
});

Deno.test("a lease keeper writes both keys when it becomes the holder, and one once a refresh has worked (FLD-035)", () => {
  const keeper = createLeaseKeeper(TIMING, createSeededRandom(1));
  const first = keeper.decide(lease(another(120_000 + 60_000)), NOW, false);
  assertEquals(first?.keys, ["holder", "lease"]);
  assertEquals(first?.lease.refreshedAt, NOW);
  assertEquals(keeper.keyToRead(NOW), "holder");
  const later = NOW + 30_000;
  const next = keeper.decide(holder(first?.lease), later, false);
  assertEquals(next?.keys, []);
  assertEquals(keeper.confirm(later + 80), {
    keys: ["lease"],
    lease: {
      holder: first?.lease.holder ?? "",
      refreshedAt: later + 80,
      confirmedAt: later + 80,
    },
  });
});

Deno.test("a lease keeper that lost its claim waits like all others", () => {
  const keeper = createLeaseKeeper(TIMING, createSeededRandom(1));
  keeper.decide(lease(undefined), NOW, false);
  assertEquals(
    keeper.decide(holder(another(-5)), NOW + 30_000, false),
    undefined,
  );
  assertEquals(keeper.keyToRead(NOW + 30_000), undefined);
  assertEquals(keeper.keyToRead(NOW + 120_005), "lease");
});

Deno.test("a claim stands although another request of the isolate read the lease before it", () => {
  const keeper = createLeaseKeeper(TIMING, createSeededRandom(1));
  assertEquals(keeper.decide(lease(another(5000)), NOW, true)?.keys.length, 2);
  assertEquals(keeper.decide(lease(another(5000)), NOW, true), undefined);
  assertEquals(keeper.keyToRead(NOW), "holder");
});

Deno.test("the spread of take-overs keeps a crowd apart: few are early, none is later than the spread", () => {
  const waits = Array.from({ length: 1000 }, (_, seed) => {
    const keeper = createLeaseKeeper(TIMING, createSeededRandom(seed));
    let waitMs = 0;
    while (!keeper.decide(lease(another(120_000 + waitMs)), NOW, false)) {
      waitMs += 100;
    }
    return waitMs;
  }).sort((a, b) => a - b);
  const [first = 0] = waits;
  assertEquals(waits.every((waitMs) => waitMs <= 60_000), true);
  // Within one read of each other, in a location where a claim is seen at once.
  assertEquals(
    waits.filter((waitMs) => waitMs - first <= 1000).length <= 3,
    true,
  );
  assertEquals(new Set(waits).size > 100, true);
});

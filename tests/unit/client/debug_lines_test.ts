import { assertEquals, assertMatch } from "@std/assert";
import { createTestClient } from "edgehog/testing";
import { CAPTURE_PATH, toSentPath } from "../../_kit/capture_paths.ts";

/** A client whose debug lines are looked at, without what an event or a key says. */
function createFixture(options: Parameters<typeof createTestClient>[0] = {}) {
  const kit = createTestClient({
    debug: true,
    retryJitter: 0,
    personalApiKey: "phx_secret",
    ...options,
  });
  const lines = () =>
    kit.logs.filter(({ level }) => level === "debug")
      .map(({ message }) => message);
  return { ...kit, lines };
}

const POST = `POST ${toSentPath()}`;
const EVENT = {
  event: "paid",
  distinctId: "ada@example.com",
  properties: { card: "4242" },
};

Deno.test("debug lines follow an event from the call to PostHog's answer (EDGE-439, FLD-070)", async () => {
  const { posthog, lines } = createFixture();
  posthog.capture(EVENT);
  await posthog.flush();
  const [took = "", sent = "", answered = ""] = lines();
  assertEquals(
    took,
    "Took 'paid' for the analytics lane, about the call's distinct id",
  );
  assertEquals(
    [sent, answered].map((line) => line.replace(/\d+ (?=bytes$|ms$)/, "N ")),
    [`${POST}: 1 event, N bytes`, `${POST}: 200 after N ms`],
  );
});

Deno.test("debug lines say whom an event is about by kind (FLD-070)", async () => {
  const { posthog, lines } = createFixture();
  posthog.capture({ event: "seen" } as never);
  posthog.forRequest(undefined, undefined, { distinctId: "ada" })
    .capture({ event: "seen" });
  await posthog.flush();
  assertEquals(lines().filter((line) => line.startsWith("Took")), [
    "Took 'seen' for the analytics lane, about nobody",
    "Took 'seen' for the analytics lane, about the scope's distinct id",
  ]);
});

Deno.test("debug lines tell of what failed, of the next attempt, and of a hand-over (FLD-070)", async () => {
  const { posthog, emulator, clock, lines } = createFixture({
    fetchRetryCount: 1,
  });
  emulator.failNext({ path: CAPTURE_PATH, status: 503 });
  emulator.failNext({ path: CAPTURE_PATH, drop: "connection" });
  const kept: Promise<unknown>[] = [];
  const ctx = { waitUntil: (work: Promise<unknown>) => void kept.push(work) };
  posthog.forRequest(undefined, ctx, { distinctId: "ada" })
    .capture({ event: "seen" });
  await clock.advance(2000);
  await Promise.all(kept);
  const told = lines().map((line) => line.replace(/ after .*| bytes$/, ""));
  assertEquals(told.map((line) => line.replace(/, \d+$/, ", N")), [
    "Took 'seen' for the analytics lane, about the scope's distinct id",
    `${POST}: 1 event, N`,
    `${POST}: 503`,
    "Sending 1 event again in 1000 ms",
    `${POST}: 1 event, N`,
    `${POST}: network`,
    "Events of a scope are left to the client",
  ]);
});

Deno.test("debug lines tell of definitions and of what was decided where (EDGE-439, FLD-070)", async () => {
  const flags = [
    { id: 1, key: "local", active: true, filters: { groups: [{}] } },
    {
      id: 2,
      key: "remote",
      active: true,
      ensure_experience_continuity: true,
      filters: { groups: [{}] },
    },
  ];
  const { posthog, lines } = createFixture({ flags: { flags } });
  await posthog.evaluateFlags("ada");
  const found = lines().filter((line) => /^(Loaded|Flags|GET)/.test(line));
  assertMatch(found[0] ?? "", /^GET \/flags\/definitions: 0 bytes$/);
  assertMatch(found[1] ?? "", /^GET \/flags\/definitions: 200 after/);
  assertMatch(
    found[2] ?? "",
    /^Loaded 2 flag definitions from PostHog, version/,
  );
  assertEquals(
    found[3],
    "Flags decided: 1 locally, 1 by PostHog, 0 overridden, 0 undecided",
  );
});

Deno.test("debug lines show no key, id or property (FLD-070)", async () => {
  const { posthog, lines } = createFixture({ flags: { beta: true } });
  posthog.capture(EVENT);
  await posthog.evaluateFlags("ada@example.com");
  await posthog.getRemoteConfigPayload("beta");
  await posthog.flush();
  await posthog.shutdown();
  const text = lines().join("\n");
  assertEquals(
    ["ada@example.com", "4242", "phx_secret", "phc_"].filter((secret) =>
      text.includes(secret)
    ),
    [],
  );
  assertEquals(lines().length > 8, true);
});

Deno.test("nothing is told, and no text made, while debugging is off (FLD-070)", async () => {
  const { posthog, lines } = createFixture({ debug: false });
  posthog.capture(EVENT);
  await posthog.flush();
  assertEquals(lines(), []);
  posthog.debug();
  posthog.capture(EVENT);
  assertEquals(lines().length, 1);
  await posthog.flush();
});

import { assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import { PostHog } from "../../../mod.ts";
import { createClient } from "../../../src/client/mod.ts";
import {
  type ExecutionContextLike,
  memoryCache,
  withPostHog,
} from "../../../mod.ts";
import { errorTracking } from "../../../src/errors/mod.ts";
import { featureFlags } from "../../../src/flags/mod.ts";
import { localEvaluation } from "../../../src/local_evaluation/mod.ts";
import { createTestClient, mockPostHog } from "../../../src/testing/mod.ts";

/** A network that refuses, and counts how often it was asked. */
function createNoNetwork() {
  const urls: string[] = [];
  return {
    urls,
    fetch: (url: string): Promise<Response> => {
      urls.push(url);
      return Promise.reject(new TypeError("There is no network"));
    },
  };
}

/** Hears what a client says, and prints nothing. */
const SILENT = { debug() {}, info() {}, warn() {}, error() {} };

Deno.test("mockPostHog() puts the application's client into the test's world", async () => {
  const { fetch, urls } = createNoNetwork();
  const posthog = new PostHog("phc_app", { fetch, logger: SILENT });
  const kit = mockPostHog(posthog, {
    flags: { sale: true, pricing: "annual" },
    payloads: { pricing: { euros: 12 } },
    startMs: 1000,
  });
  assertStrictEquals(kit.posthog, posthog);
  const flags = await posthog.evaluateFlags("user-1");
  assertEquals(flags.isEnabled("sale"), true);
  assertEquals(flags.getFlagPayload("pricing"), { euros: 12 });
  posthog.capture({ distinctId: "user-1", event: "order placed", flags });
  assertEquals(
    kit.lastEvent("order placed")?.timestamp,
    new Date(1000).toISOString(),
  );
  assertEquals(kit.exposures.map(({ flag }) => flag), ["sale"]);
  await posthog.flush();
  assertEquals(kit.emulator.events.length, 2);
  assertEquals([kit.logs, kit.errors, urls], [[], [], []]);
});

Deno.test("mockPostHog() goes by the client's own options, hooks and listeners", async () => {
  const heard: unknown[] = [];
  const posthog = new PostHog("phc_app", {
    fetch: createNoNetwork().fetch,
    host: "https://eu.i.posthog.com",
    personalApiKey: undefined,
    before_send: (event) => ({ ...event, event: `app: ${event.event}` }),
    onError: (error) => heard.push(error.code),
    logger: SILENT,
    flagDefinitionCacheProvider: {
      ...memoryCache(),
      getFlagDefinitions: () => void heard.push(Symbol("cache")),
    },
    transport: { send: () => Promise.resolve([]) },
  });
  posthog.register({ app: "shop" });
  posthog.on("flush", (uuids) => heard.push(uuids.length));
  const kit = mockPostHog(posthog, { flags: { on: true } });
  posthog.capture({ distinctId: "user-1", event: "a" });
  (await posthog.evaluateFlags("user-1")).isEnabled("missing");
  await posthog.flush();
  assertEquals(
    kit.events.map(({ event, properties }) => [event, properties["app"]]),
    [["app: a", "shop"], ["app: $feature_flag_called", "shop"]],
  );
  const [first] = kit.emulator.requests;
  assertEquals(new URL(first?.url ?? "").host, "eu.i.posthog.com");
  assertEquals(
    kit.emulator.requests.map(({ headers }) => headers["authorization"])
      .includes("Bearer phc_app"),
    true,
  );
  // It meant to evaluate from definitions, and the cache of the application is not asked.
  assertEquals(
    kit.emulator.requests.some(({ path }) => path === "/flags/definitions"),
    true,
  );
  kit.emulator.failNext({ status: 400 });
  posthog.capture({ distinctId: "user-1", event: "b" });
  await posthog.flush();
  assertEquals(heard.filter((item) => typeof item === "string"), ["http"]);
  assertEquals(heard.some((item) => typeof item === "number"), true);
  assertEquals(heard.filter((item) => typeof item === "symbol"), []);
  assertEquals(kit.errors.map(({ code }) => code), ["http"]);
});

Deno.test("restore() gives the client back what it had, and the next mock knows nothing of the first", async () => {
  const own = createTestClient({ flags: { on: false } });
  const { posthog } = own;
  posthog.capture({ distinctId: "user-1", event: "before" });
  assertEquals((await posthog.evaluateFlags("u")).getFlag("on"), false);
  await posthog.flush();

  for (const value of ["a", "b"]) {
    const kit = mockPostHog(posthog, { flags: { on: value } });
    const flags = await posthog.evaluateFlags("u");
    assertEquals(flags.getFlag("on"), value);
    posthog.capture({ distinctId: "user-1", event: value });
    posthog.register({ [value]: true });
    await posthog.flush();
    assertEquals(kit.exposures.length, 1);
    kit.restore();
    kit.restore();
    posthog.capture({ distinctId: "user-1", event: "between" });
    assertEquals(kit.emulator.events.length, 2);
    assertEquals(kit.events.length, 2);
    await posthog.flush();
  }
  assertEquals((await posthog.evaluateFlags("u")).getFlag("on"), false);
  await posthog.flush();
  assertEquals(
    own.emulator.events.map(({ event, properties }) => [
      event,
      properties["a"] ?? properties["b"],
    ]).filter(([event]) => event !== "$feature_flag_called"),
    [["before", undefined], ["between", undefined], ["between", undefined]],
  );
});

Deno.test("a second mock takes the place of the first, whichever is restored first", async () => {
  for (const isFirstFirst of [true, false]) {
    const own = createTestClient();
    const { posthog } = own;
    const scope = posthog.forRequest();
    const [one, two] = [mockPostHog(posthog), mockPostHog(posthog)];
    const order = isFirstFirst ? [one, two] : [two, one];
    posthog.capture({ distinctId: "u", event: "mocked" });
    for (const kit of order) kit.restore();
    posthog.capture({ distinctId: "u", event: "real" });
    scope.capture({ distinctId: "u", event: "scope" });
    await posthog.flush();
    assertEquals(
      [one, two, own.emulator].map(({ events }) =>
        events.map(({ event }) => event)
      ),
      [[], ["mocked"], ["real", "scope"]],
    );
  }
});

Deno.test("mockPostHog() takes composed clients, methods taken off, wrappers, and scopes from before", async () => {
  const { fetch, urls } = createNoNetwork();
  const posthog = createClient("phc_app", {
    fetch,
    logger: SILENT,
    use: [
      featureFlags({ local: localEvaluation() }),
      errorTracking(),
    ],
  });
  const { capture, evaluateFlags } = posthog;
  const early = posthog.forRequest(undefined, undefined, { distinctId: "u" });
  const handler = withPostHog(
    posthog,
    (_request: Request, _env: unknown, _ctx: ExecutionContextLike) => {
      throw new RangeError("too many");
    },
  );
  await evaluateFlags("nobody", { flagKeys: [] });
  const kit = mockPostHog(posthog, { flags: { on: true } });
  capture({ distinctId: "u", event: "taken off" });
  assertEquals((await evaluateFlags("u")).isEnabled("on"), true);
  assertEquals((await early.evaluateFlags()).isEnabled("on"), true);
  early.capture({ event: "early" });
  const pending: Promise<unknown>[] = [];
  const ctx = {
    waitUntil: (work: Promise<unknown>) => void pending.push(work),
  };
  await Promise.resolve(handler(new Request("https://a.example/"), {}, ctx))
    .catch(() => {});
  await Promise.all([...pending, posthog.flush(), early.flush()]);
  const names = (events: readonly { readonly event: string }[]) =>
    events.map(({ event }) => event).filter((name) =>
      name[0] !== "$" || name === "$exception"
    ).sort();
  const expected = ["$exception", "early", "taken off"];
  assertEquals(names(kit.events), expected);
  assertEquals(names(kit.emulator.events), expected);
  assertEquals([kit.logs, urls], [[], []]);
});

Deno.test("mockPostHog() gives a client without a key one for the test, and a client that evaluates by PostHog stays so", async () => {
  const posthog = new PostHog(undefined, { logger: SILENT, disabled: true });
  const kit = mockPostHog(posthog, { flags: { on: true } });
  assertEquals(posthog.isDisabled, false);
  posthog.capture({ distinctId: "u", event: "a" });
  assertEquals((await posthog.evaluateFlags("u")).getFlag("on"), true);
  assertEquals(kit.events.length, 2);
  assertEquals(
    kit.emulator.requests.map(({ path }) => path).includes("/flags"),
    true,
  );
  kit.restore();
  assertEquals(posthog.isDisabled, true);
});

Deno.test("mockPostHog() refuses what is no client", () => {
  const { posthog } = createTestClient();
  for (const wrong of [{}, posthog.forRequest(), Object.create(null)]) {
    assertThrows(() => mockPostHog(wrong), TypeError, "Cannot mock");
  }
});

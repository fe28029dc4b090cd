import { assertEquals } from "@std/assert";
import { type RequestScope, withPostHog } from "edgehog";
import { createTestClient } from "edgehog/testing";
import fc from "fast-check";
import { AsyncLocalStorage } from "node:async_hooks";

const createClient = (storage: unknown = new AsyncLocalStorage()) =>
  createTestClient({ contextStorage: storage as never });

Deno.test("1,000 interleaved contexts never see one another (FLD-053)", async () => {
  const { posthog, clock, emulator } = createClient();
  const turns = fc.array(fc.integer({ min: 0, max: 4 }), {
    minLength: 1000,
    maxLength: 1000,
  });
  const [waits = []] = fc.sample(turns, { seed: 7, numRuns: 1 });
  const strangers: unknown[] = [];
  const visit = async (wait: number, n: number) => {
    const distinctId = `user-${n}`;
    await posthog.withContext({ distinctId, properties: { n } }, async () => {
      for (let turn = 0; turn <= wait; turn++) {
        await clock.sleep(turn);
        posthog.capture({ event: "seen", properties: { mine: n } });
        const found = posthog.getContext()?.distinctId;
        if (found !== distinctId) strangers.push([distinctId, found]);
      }
    });
  };
  const visits = Promise.all(waits.map(visit));
  await clock.advance(100);
  await visits;
  await posthog.flush();
  assertEquals(strangers, []);
  const mixed = emulator.events.filter(({ distinctId, properties }) =>
    distinctId !== `user-${properties["mine"]}` ||
    properties["n"] !== properties["mine"]
  );
  assertEquals(mixed, []);
  const expected = waits.reduce((sum, wait) => sum + wait + 1, 0);
  assertEquals(emulator.events.length, expected);
  assertEquals(posthog.getContext(), undefined);
});

Deno.test("in a wrapped handler the client acts for the request's scope (FLD-053)", async () => {
  const { posthog, emulator } = createClient();
  const kept: Promise<unknown>[] = [];
  const ctx = { waitUntil: (work: Promise<unknown>) => void kept.push(work) };
  const handle = withPostHog(
    posthog,
    async (_request: Request, _env: unknown, _ctx: typeof ctx) => {
      await Promise.resolve();
      posthog.capture({ event: "viewed" });
      await posthog.evaluateFlags();
      return new Response(posthog.getContext()?.distinctId);
    },
  );
  const request = new Request("https://shop.example/cart", {
    headers: { "x-posthog-distinct-id": "visitor-1" },
  });
  const response = await handle(request, {}, ctx);
  assertEquals(await response.text(), "visitor-1");
  await Promise.all(kept);
  const [event] = emulator.events;
  assertEquals([event?.distinctId, event?.properties["$current_url"]], [
    "visitor-1",
    "https://shop.example/cart",
  ]);
});

Deno.test("a hook of withPostHog finds the scope too, and what escapes is its (FLD-053)", async () => {
  const { posthog, emulator } = createClient();
  const handle = withPostHog(posthog, (_request: Request) => {
    posthog.withContext({}, (scope) => scope.setContext({}));
    throw new Error("boom");
  }, {
    onError: () => new Response(posthog.getContext()?.distinctId),
  });
  const request = new Request("https://shop.example/", {
    headers: { "x-posthog-distinct-id": "visitor-1" },
  });
  assertEquals(await (await handle(request)).text(), "visitor-1");
  await posthog.flush();
  assertEquals(emulator.events.map(({ distinctId }) => distinctId), [
    "visitor-1",
  ]);
});

Deno.test("another client's scope is nobody's here (FLD-053)", async () => {
  const storage = new AsyncLocalStorage();
  const [one, other] = [createClient(storage), createClient(storage)];
  one.posthog.withContext({ distinctId: "ada" }, () => {
    other.posthog.capture({ event: "seen", distinctId: "bob" });
    assertEquals(other.posthog.getContext(), undefined);
    assertEquals(one.posthog.getContext()?.distinctId, "ada");
  });
  await other.posthog.flush();
  assertEquals(other.emulator.events.map(({ distinctId }) => distinctId), [
    "bob",
  ]);
});

Deno.test("a context in a context starts with what is at hand, or afresh (FLD-053)", () => {
  const { posthog } = createClient();
  const seen = posthog.withContext(
    { distinctId: "ada", properties: { plan: "pro" } },
    () => [
      posthog.withContext({ sessionId: "s" }, () => posthog.getContext()),
      posthog.withContext({}, () => posthog.getContext(), { fresh: true }),
    ],
  );
  assertEquals(seen.map((context) => context?.distinctId), ["ada", undefined]);
  assertEquals(seen[0]?.properties, { plan: "pro" });
});

Deno.test("without a storage the scope is handed over, and nothing is current (FLD-053)", async () => {
  const { posthog, emulator } = createTestClient();
  posthog.withContext({ distinctId: "ada" }, (scope: RequestScope) => {
    scope.capture({ event: "seen" });
    assertEquals(posthog.getContext(), undefined);
  });
  await posthog.flush();
  assertEquals(emulator.events.map(({ distinctId }) => distinctId), ["ada"]);
});

Deno.test("a current scope whose request is over sends with what is the client's (FLD-053, FLD-005)", async () => {
  const { posthog, emulator, clock } = createClient();
  let isOver = false;
  const ctx = {
    waitUntil() {
      if (isOver) throw new TypeError("Illegal invocation");
    },
  };
  const handle = withPostHog(
    posthog,
    (_request: Request, _env: unknown, _ctx: typeof ctx) => {
      void clock.sleep(50).then(() => posthog.capture({ event: "late" }));
      return new Response();
    },
  );
  await handle(new Request("https://shop.example/"), {}, ctx);
  isOver = true;
  await clock.advance(60);
  await posthog.flush();
  assertEquals(emulator.events.map(({ event }) => event), ["late"]);
});

Deno.test("a storage that can't be asked is as good as none (FLD-053)", async () => {
  const storage = {
    run: (_value: unknown, work: () => unknown) => work(),
    getStore() {
      throw new Error("no");
    },
  };
  const { posthog, emulator, errors } = createClient(storage);
  posthog.capture({ event: "seen", distinctId: "ada" });
  await posthog.flush();
  assertEquals([emulator.events.length, errors], [1, []]);
});

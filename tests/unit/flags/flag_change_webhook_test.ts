import { assertEquals } from "@std/assert";
import {
  flagChangeWebhook,
  memoryCache,
  type PostHog,
  type PostHogOptions,
} from "edgehog";
import { createClient } from "edgehog/client";
import { featureFlags } from "edgehog/feature-flags";
import { localEvaluation } from "edgehog/local-evaluation";
import { createTestClient, type TestClient } from "edgehog/testing";
import type { LocalEvaluationPart } from "../../../src/flags/local.ts";

const SECRET = "correct horse battery staple";
const AUTHORIZED = { Authorization: `Bearer ${SECRET}` };

function createHook(options: PostHogOptions = {}, secret: unknown = SECRET) {
  const client = createTestClient(options);
  const { posthog, emulator, clock } = client;
  const handle = flagChangeWebhook(
    posthog,
    { secret: secret as string },
  );
  const call = async (init: RequestInit = {}) => {
    const response = await handle(
      new Request("https://shop.example/hooks/flags", {
        method: "POST",
        headers: AUTHORIZED,
        ...init,
      }),
    );
    return { response, body: await response.json() };
  };
  return {
    ...client,
    handle,
    call,
    /** Calls, and lets what does not wait for time come to its end. */
    async start(init?: RequestInit) {
      const called = call(init);
      await clock.settle();
      return { called };
    },
    count: () => emulator.requests.length,
  };
}

Deno.test("flagChangeWebhook() refreshes and says what came of it", async () => {
  const { call, clock, emulator } = createHook();
  const results: unknown[] = [];
  for (let round = 0; round < 2; round++) {
    const { response, body } = await call({ body: '{"event":"flag changed"}' });
    results.push([response.status, body]);
    await clock.advance(1000);
  }
  assertEquals(results, [[200, { result: "changed" }], [200, {
    result: "unchanged",
  }]]);
  assertEquals(emulator.requests.map(({ status }) => status), [200, 304]);
});

Deno.test("flagChangeWebhook() answers 502 with the reason of a failure, without any key", async () => {
  const { call, emulator } = createHook();
  emulator.failNext({ status: 403 });
  const { response, body } = await call();
  assertEquals([response.status, body], [502, {
    result: "failed",
    reason:
      "Cannot load flag definitions: https://us.i.posthog.com answered 403, check the option 'host'",
  }]);
  assertEquals(response.headers.get("Cache-Control"), "no-store");
});

for (const method of ["GET", "HEAD", "PUT", "DELETE", "OPTIONS"]) {
  Deno.test(`flagChangeWebhook() answers 405 to ${method}, with the secret too`, async () => {
    const { handle, count } = createHook();
    const response = await handle(
      new Request("https://shop.example/", { method, headers: AUTHORIZED }),
    );
    assertEquals([response.status, response.headers.get("Allow"), count()], [
      405,
      "POST",
      0,
    ]);
  });
}

const HEADERS: readonly (readonly [
  authorization: string | undefined,
  status: number,
])[] = [
  [undefined, 401],
  ["", 401],
  ["Bearer", 401],
  ["Bearer ", 401],
  [SECRET, 401],
  [`Basic ${SECRET}`, 401],
  [`Bearer ${SECRET}x`, 401],
  [`Bearer ${SECRET.slice(1)}`, 401],
  [`Bearer ${SECRET.toUpperCase()}`, 401],
  [`Bearer x, Bearer ${SECRET}`, 401],
  [`Bearer ${SECRET}`, 200],
  [`bearer  ${SECRET} `, 200],
];

for (const [authorization, status] of HEADERS) {
  Deno.test(`flagChangeWebhook() answers ${status} to the header "${authorization}"`, async () => {
    const { call, count } = createHook();
    const headers: Record<string, string> = authorization === undefined
      ? {}
      : { Authorization: authorization };
    const { response } = await call({ headers });
    assertEquals([response.status, count()], [status, status === 200 ? 1 : 0]);
    assertEquals(
      response.headers.get("WWW-Authenticate"),
      status === 401 ? "Bearer" : null,
    );
  });
}

for (const secret of [undefined, "", "  ", 7, null]) {
  Deno.test(`flagChangeWebhook() accepts nobody with the secret ${JSON.stringify(secret)}, and says so once`, async () => {
    const { posthog, errors, logs, count } = createHook({});
    const handle = flagChangeWebhook(posthog, { secret: secret as string });
    for (const value of ["Bearer ", "Bearer undefined", "Bearer 7"]) {
      const request = new Request("https://shop.example/", {
        method: "POST",
        headers: { Authorization: value },
      });
      assertEquals((await handle(request)).status, 503);
    }
    assertEquals(count(), 0);
    assertEquals(errors.map(({ name }) => name), ["ConfigError"]);
    assertEquals(logs.map(({ message }) => message), [
      "Cannot accept flag change webhooks: 'secret' is blank",
    ]);
  });
}

Deno.test("flagChangeWebhook() ignores white space around the secret, as a file of it has", async () => {
  const { call } = createHook({}, `${SECRET}\n`);
  assertEquals((await call()).response.status, 200);
});

Deno.test("flagChangeWebhook() survives options and clients that are none", async () => {
  const { posthog } = createTestClient();
  const request = () =>
    new Request("https://shop.example/", {
      method: "POST",
      headers: AUTHORIZED,
    });
  const bare = flagChangeWebhook(posthog, undefined as never);
  assertEquals((await bare(request())).status, 503);
  const foreign = flagChangeWebhook({} as PostHog, { secret: SECRET });
  assertEquals((await foreign(request())).status, 502);
});

Deno.test("flagChangeWebhook() leaves no body behind, whatever it answers", async () => {
  for (const headers of [{}, AUTHORIZED]) {
    let isCancelled = false;
    const body = new ReadableStream({
      pull(controller) {
        controller.enqueue(new Uint8Array(1000));
      },
      cancel() {
        isCancelled = true;
        throw new Error("broken");
      },
    });
    const { response } = await createHook().call({ headers, body });
    assertEquals([isCancelled, response.status < 500], [true, true]);
  }
});

Deno.test("flagChangeWebhook() makes one refresh of a burst, and one more for what came meanwhile", async () => {
  const hook = createHook({ flagDefinitionCache: memoryCache() });
  hook.emulator.failNext({ answerDelayMs: 300 });
  const { called: first } = await hook.start();
  const others = await Promise.all(Array.from({ length: 50 }, hook.call));
  assertEquals(
    others.map(({ response, body }) => [response.status, body]),
    others.map(() => [202, { result: "accepted" }]),
  );
  assertEquals(hook.count(), 1);
  hook.emulator.setFlags({ flags: [{ key: "new", active: true }] });
  await hook.clock.advance(999);
  assertEquals(hook.count(), 1);
  await hook.clock.advance(1);
  assertEquals((await first).body, { result: "changed" });
  assertEquals(hook.emulator.requests.map(({ status }) => status), [200, 200]);
});

Deno.test("flagChangeWebhook() asks once a second and three times in a row at most", async () => {
  const hook = createHook();
  const { called } = await hook.start();
  // It settles at once: nothing else had come.
  assertEquals((await called).response.status, 200);
  hook.emulator.setFaultPolicy(() => ({ answerDelayMs: 100 }));
  const statuses: number[] = [];
  for (let at = 0; at < 100; at++) {
    hook.call().then(({ response }) => statuses.push(response.status));
    await hook.clock.advance(100);
  }
  await hook.clock.advance(5000);
  assertEquals(statuses.length, 100);
  const times = hook.emulator.requests.map(({ receivedAt }) => receivedAt);
  const gaps = times.slice(1).map((at, index) => at - (times[index] ?? 0));
  assertEquals(gaps.filter((gap) => gap < 1000), []);
  assertEquals(times.length <= 15, true, `${times.length} requests`);
  assertEquals(statuses.filter((status) => status === 200).length >= 3, true);
});

/** A hook whose first request was dropped in the middle. */
async function createDropped() {
  const asked = Promise.withResolvers<void>();
  const client: TestClient = createTestClient({
    fetch: (input, init) => {
      if (!isDropped) return emulator.fetch(input, init);
      asked.resolve();
      return new Promise(() => {});
    },
  });
  const { emulator, posthog, clock } = client;
  let isDropped = true;
  const handle = flagChangeWebhook(posthog, { secret: SECRET });
  const call = () =>
    handle(
      new Request("https://shop.example/", {
        method: "POST",
        headers: AUTHORIZED,
      }),
    );
  void call();
  await asked.promise;
  isDropped = false;
  return { call, clock };
}

Deno.test("flagChangeWebhook() does not wait for a request that was dropped", async () => {
  const { call, clock } = await createDropped();
  // As in an isolate that was frozen: time passes, and no timer of the dropped request ends.
  clock.set(clock.now() + 14_999);
  assertEquals((await call()).status, 202);
  clock.set(clock.now() + 1);
  assertEquals((await call()).status, 200);
  await clock.advance(60_000);
});

Deno.test("flagChangeWebhook() does not wait for a request that was dropped before the clock was set back (FLD-081)", async () => {
  const { call, clock } = await createDropped();
  clock.set(clock.now() - 3_600_000);
  assertEquals((await call()).status, 200);
  await clock.advance(60_000);
});

Deno.test("flagChangeWebhook() goes on when the clock is set back", async () => {
  const hook = createHook();
  await hook.call();
  hook.clock.set(hook.clock.now() - 3_600_000);
  assertEquals((await hook.call()).response.status, 200);
});

Deno.test("flagChangeWebhook() gives its turn back however a refresh ends (FLD-082)", async () => {
  const part = localEvaluation() as LocalEvaluationPart;
  let isBroken = true;
  const broken: LocalEvaluationPart = {
    ...part,
    check: (reader) => {
      const make = part.check(reader);
      return (host, options) => {
        const local = make(host, options);
        const refresh = () =>
          isBroken ? Promise.reject(new Error("a fault")) : local.refresh();
        return Object.assign(Object.create(local), {
          isEnabled: true,
          refresh,
        });
      };
    },
  };
  const { emulator, clock } = createTestClient();
  const posthog = createClient("phc_test", {
    personalApiKey: "phx_test",
    fetch: emulator.fetch,
    now: clock.now,
    sleep: clock.sleep,
    use: [featureFlags({ local: broken })],
  });
  const handle = flagChangeWebhook(posthog, { secret: SECRET });
  const results: unknown[] = [];
  for (const isFailing of [true, false]) {
    isBroken = isFailing;
    const request = new Request("https://shop.example/", {
      method: "POST",
      headers: AUTHORIZED,
    });
    const response = await handle(request);
    results.push([response.status, await response.json()]);
    await clock.advance(1000);
  }
  assertEquals(results, [
    [502, {
      result: "failed",
      reason: "Cannot refresh the flag definitions: unexpected failure",
    }],
    [200, { result: "changed" }],
  ]);
});

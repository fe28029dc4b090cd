import { assert, assertEquals } from "./_assert.ts";
import type { ContractLibrary, ContractRunner } from "./_runner.ts";

const throws = (): never => {
  throw new Error("hands off");
};

const { proxy: revoked, revoke } = Proxy.revocable<unknown[]>([], {});
revoke();

/** What arrives in place of a header's value, and what of it becomes an identity. */
const HEADER_ROWS: readonly [
  name: string,
  value: unknown,
  identity: string | undefined,
][] = [
  ["100 KB", "x".repeat(100 * 1024), "x".repeat(1000)],
  ["100 KB of pairs", "a" + "😀".repeat(25 * 1024), "a" + "😀".repeat(499)],
  ["control characters", " \u0000u\r\n-\u009f1\u007f ", "u-1"],
  ["nothing but control characters", "\u0001\r\n\u0085 ", undefined],
  ["lone surrogates", "a\ud800b\udc00", "a\ufffdb\ufffd"],
  ["an empty text", "", undefined],
  ["a list", [undefined, "\u0001", "x", "y"], "x"],
  ["an empty list", [], undefined],
  ["a list in a list", [["x"]], undefined],
  ["a revoked list", revoked, undefined],
  ["a number", 42, undefined],
  ["a big number", 10n ** 20n, undefined],
  ["a symbol", Symbol("x"), undefined],
  ["an object", { toString: throws, valueOf: throws }, undefined],
  ["a boxed text", Object("x"), undefined],
  ["a function", throws, undefined],
  ["null", null, undefined],
];

/** Members of a request that a scope reads, each with the same value. */
function createRequestLike(value: unknown): Record<string, unknown> {
  const headers = {
    "x-posthog-distinct-id": value,
    "X-PostHog-Session-Id": value,
    "user-agent": value,
    "x-forwarded-proto": value,
    "cf-connecting-ip": value,
    host: value,
    cookie: value,
  };
  return { headers, url: value, method: value };
}

/** Who asks, and in which words: what a scope reads of a request, and what it makes of it. */
export function contexts(
  t: ContractRunner,
  { testing }: ContractLibrary,
): void {
  const { createTestClient } = testing;
  const createWatchedClient = () => {
    const warnings: string[] = [];
    const client = createTestClient();
    client.posthog.on("warning", (message) => warnings.push(message));
    return { ...client, warnings };
  };

  for (const [name, value, identity] of HEADER_ROWS) {
    t.test(`a request whose every part is ${name} is no exception (CTX-009, CTX-010, CTX-011, CTX-012)`, async () => {
      const { posthog, emulator, errors, warnings } = createWatchedClient();
      const request = createRequestLike(value);
      const hog = posthog.forRequest(request, undefined, {
        readPostHogCookie: true,
      });
      hog.capture({ event: "viewed" });
      assertEquals([hog.distinctId, hog.sessionId], [identity, identity]);
      await hog.flush();
      const [event] = emulator.events;
      assertEquals(event?.distinctId.length === 36, identity === undefined);
      assertEquals(event?.properties["$user_agent"], identity);
      assertEquals(event?.properties["$session_id"], identity);
      // That an id is longer than PostHog takes is said of any id.
      const odd = warnings.filter((text) => !text.includes("200 bytes"));
      assertEquals([errors, odd], [[], []]);
    });
  }

  t.test("a request whose every member throws is as good as none (CTX-012, CTX-029, CTX-031)", async () => {
    const { posthog, emulator, errors, warnings } = createWatchedClient();
    const request = new Proxy({}, {
      get: throws,
      has: throws,
      ownKeys: throws,
    });
    const headers = new Proxy({}, { get: throws, ownKeys: throws });
    for (const given of [request, { headers }, { headers: { get: throws } }]) {
      const hog = posthog.forRequest(given as never, undefined, {
        distinctId: "user-1",
        properties: { area: "shop" },
      });
      hog.capture({ event: "viewed" });
      assertEquals(hog.properties, { area: "shop" });
    }
    await posthog.flush();
    assertEquals(
      emulator.events.map(({ distinctId }) => distinctId),
      ["user-1", "user-1", "user-1"],
    );
    assertEquals([errors, warnings], [[], []]);
  });

  t.test("a runtime's own request is found in any case, and its body is left alone (CTX-001, CTX-002, CTX-020, CTX-025, CTX-031)", async () => {
    const { posthog, emulator } = createTestClient();
    const request = new Request("https://shop.example/cart?token=1#x", {
      method: "POST",
      body: "order",
      headers: {
        "X-PostHog-DISTINCT-id": "  visitor-1 ",
        "x-posthog-session-id": "s1",
        "User-Agent": "Browser",
        "CF-Connecting-IP": "203.0.113.7",
      },
    });
    const hog = posthog.forRequest(request);
    hog.capture({ event: "viewed" });
    await hog.flush();
    const { distinctId, properties } = emulator.events[0] ?? {};
    const { $current_url, $request_method, $request_path } = properties ?? {};
    assertEquals([distinctId, properties?.["$session_id"]], [
      "visitor-1",
      "s1",
    ]);
    assertEquals([$current_url, $request_method, $request_path], [
      "https://shop.example/cart",
      "POST",
      "/cart",
    ]);
    const { $user_agent, $raw_user_agent, $ip } = properties ?? {};
    assertEquals([$user_agent, $raw_user_agent, $ip], [
      "Browser",
      "Browser",
      "203.0.113.7",
    ]);
    assertEquals(properties?.["$geoip_disable"], undefined);
    assertEquals([request.bodyUsed, await request.text()], [false, "order"]);
  });

  t.test("only a session, and no identity: each event is of its own made-up person (CTX-004, CTX-006)", async () => {
    const { posthog, emulator } = createTestClient();
    const headers = { "x-posthog-session-id": "s1" };
    const hog = posthog.forRequest({ headers });
    hog.capture({ event: "one" });
    hog.capture({ event: "two" });
    await hog.flush();
    const [one, two] = emulator.events;
    for (const event of [one, two]) {
      const { properties } = event ?? {};
      assertEquals(
        [properties?.["$process_person_profile"], properties?.["$session_id"]],
        [false, "s1"],
      );
    }
    assert(one?.distinctId !== two?.distinctId, "two events, two ids");
    assertEquals([hog.distinctId, hog.tracingHeaders()], [undefined, {
      "X-POSTHOG-SESSION-ID": "s1",
    }]);
  });

  t.test("a scope made of another keeps to itself what it changes (CTX-036, CTX-037)", async () => {
    const { posthog, emulator } = createTestClient();
    const pending: Promise<unknown>[] = [];
    const ctx = { waitUntil: (p: Promise<unknown>) => void pending.push(p) };
    const hog = posthog.forRequest({ url: "https://shop.example/cart" }, ctx, {
      distinctId: "parent",
      sessionId: "s1",
      properties: { a: 1, b: 1 },
    });
    const answer = hog.withContext(
      { sessionId: "s2", properties: { b: 2 } },
      (inner) => {
        inner.capture({ event: "inner" });
        inner.setContext({ distinctId: "child", properties: { a: 3 } });
        inner.capture({ event: "changed" });
        return 7;
      },
    );
    hog.withContext({}, (inner) => inner.capture({ event: "fresh" }), {
      fresh: true,
    });
    hog.capture({ event: "outer" });
    await Promise.all(pending);
    const seen = emulator.events.map(({ event, distinctId, properties }) => {
      const { a, b, $session_id, $request_path } = properties;
      const id = properties["$process_person_profile"] ?? distinctId;
      return [event, id, a, b, $session_id, $request_path];
    });
    assertEquals(seen, [
      ["inner", "parent", 1, 2, "s2", "/cart"],
      ["changed", "child", 3, 2, "s2", "/cart"],
      ["fresh", false, undefined, undefined, undefined, undefined],
      ["outer", "parent", 1, 1, "s1", "/cart"],
    ]);
    assertEquals([answer, pending.length, emulator.requests.length], [7, 1, 1]);
  });

  t.test("posthog-js's cookie is read where the application asks for it (CTX-053)", () => {
    const { posthog, clock } = createTestClient();
    const now = clock.now();
    const stored = {
      "distinct_id": "visitör-1",
      "$user_state": "identified",
      "$sesid": [now - 60_000, "s1", now - 3_600_000],
    };
    const value = encodeURIComponent(JSON.stringify(stored));
    const request = {
      headers: { Cookie: `theme=dark; ph_phc_test_posthog=${value}` },
    };
    const read = (readPostHogCookie: boolean) => {
      const { distinctId, sessionId } = posthog.forRequest(request, undefined, {
        readPostHogCookie,
      });
      return [distinctId, sessionId];
    };
    assertEquals(read(true), ["visitör-1", "s1"]);
    assertEquals(read(false), [undefined, undefined]);
  });
}

import { assertEquals } from "@std/assert";
import { createRequestContext } from "../../../src/context/request_context.ts";
import { readRequestProperties } from "../../../src/context/request_properties.ts";
import { sanitise } from "../../../src/context/headers.ts";

const OPTIONS = {
  captureQuery: false,
  ip: undefined,
  ipHeaders: ["cf-connecting-ip"],
};

for (
  const [input, expected] of [
    ["  user\u0001-1  ", "user-1"],
    ["\u0001 x", "x"],
    ["\u0001\u007f\u0085", undefined],
    ["x".repeat(1500), "x".repeat(1000)],
    ["x".repeat(999) + "😀", "x".repeat(999)],
    [["", "x"], "x"],
    ["a\ud800", "a\ufffd"],
    [42, undefined],
    [undefined, undefined],
  ] as const
) {
  Deno.test(`sanitise() reads ${JSON.stringify(input)?.slice(0, 30)} (CTX-009 to CTX-012)`, () => {
    assertEquals(sanitise(input), expected);
  });
}

for (
  const headers of [
    new Headers({ "X-PostHog-Distinct-Id": "u", "X-POSTHOG-SESSION-ID": "s" }),
    { "X-POSTHOG-DISTINCT-ID": "u", "x-posthog-session-id": ["", "s"] },
  ]
) {
  Deno.test(`createRequestContext() finds tracing headers in any case in ${headers.constructor.name} (CTX-002)`, () => {
    const { distinctId, sessionId } = createRequestContext({ headers }, {})
      .current();
    assertEquals([distinctId, sessionId], ["u", "s"]);
  });
}

Deno.test("createRequestContext() lets init win over the headers (CTX-013, CTX-015)", () => {
  const request = { headers: { "x-posthog-distinct-id": "header" } };
  assertEquals(
    createRequestContext(request, { distinctId: "init" }).current().distinctId,
    "init",
  );
  assertEquals(
    createRequestContext(request, { useTracingHeaders: false }).current()
      .distinctId,
    undefined,
  );
});

Deno.test("createRequestContext() changes by set(), key by key (CTX-014)", () => {
  const context = createRequestContext(undefined, {
    properties: { a: 1, b: 1 },
  });
  const before = context.current();
  context.set({ distinctId: "later", properties: { b: 2 } });
  assertEquals(context.current().properties, { a: 1, b: 2 });
  assertEquals([
    before.distinctId,
    before.properties,
    context.current().distinctId,
  ], [undefined, { a: 1, b: 1 }, "later"]);
});

Deno.test("createRequestContext() copies what it is given (CTX-038)", () => {
  const properties = { list: [1] };
  const context = createRequestContext(undefined, { properties });
  properties.list.push(2);
  assertEquals(context.current().properties, { list: [1] });
});

Deno.test("createRequestContext() reads request properties unless told not to (CTX-028)", () => {
  const request = { url: "https://shop.example/cart", method: "get" };
  assertEquals(
    createRequestContext(request, {}).current().properties["$request_method"],
    "GET",
  );
  assertEquals(
    createRequestContext(request, { captureRequestProperties: false }).current()
      .properties,
    {},
  );
});

Deno.test("readRequestProperties() removes user info, query and fragment (CTX-022 to CTX-024)", () => {
  const request = {
    url: "https://u:p@shop.example/cart?token=1#x",
    headers: { "user-agent": "Browser" },
  };
  assertEquals(readRequestProperties(request, OPTIONS), {
    "$current_url": "https://shop.example/cart",
    "$request_path": "/cart",
    "$user_agent": "Browser",
    "$raw_user_agent": "Browser",
  });
  const kept = readRequestProperties(request, {
    ...OPTIONS,
    captureQuery: true,
  });
  assertEquals(kept["$current_url"], "https://shop.example/cart?token=1");
});

Deno.test("readRequestProperties() completes a relative URL from the proxy's headers", () => {
  const headers = { host: "shop.example", "x-forwarded-proto": "https, http" };
  assertEquals(
    readRequestProperties({ url: "/cart?x", headers }, OPTIONS)["$current_url"],
    "https://shop.example/cart",
  );
  assertEquals(readRequestProperties({ url: "/cart" }, OPTIONS), {});
});

for (const url of ["::", "http://", ""]) {
  Deno.test(`readRequestProperties() leaves the unreadable URL ${JSON.stringify(url)} out (CTX-029)`, () => {
    assertEquals(readRequestProperties({ url }, OPTIONS), {});
  });
}

const ADDRESS_ROWS: readonly [
  name: string,
  value: string,
  expected: string | undefined,
][] = [
  ["x-forwarded-for", "203.0.113.7:443, 10.0.0.1", "203.0.113.7"],
  ["x-forwarded-for", "[2001:db8::1]:80", "2001:db8::1"],
  ["x-forwarded-for", "2001:db8::1", "2001:db8::1"],
  ["x-forwarded-for", "unknown", undefined],
  ["x-real-ip", "203.0.113.8", "203.0.113.8"],
];

for (const [name, value, expected] of ADDRESS_ROWS) {
  Deno.test(`readRequestProperties() takes the address from ${name}: ${value} (CTX-026)`, () => {
    const options = { ...OPTIONS, ipHeaders: ["x-real-ip", "X-Forwarded-For"] };
    assertEquals(
      readRequestProperties({ headers: { [name]: value } }, options)["$ip"],
      expected,
    );
    assertEquals(
      readRequestProperties({ headers: { [name]: value } }, OPTIONS)["$ip"],
      undefined,
    );
  });
}

Deno.test("readRequestProperties() takes the application's word for the address (CTX-027)", () => {
  const request = { headers: { "cf-connecting-ip": "203.0.113.7" } };
  const read = (ip: string | false | undefined) =>
    readRequestProperties(request, { ...OPTIONS, ip })["$ip"];
  assertEquals([read(undefined), read(false), read("203.0.113.9")], [
    "203.0.113.7",
    undefined,
    "203.0.113.9",
  ]);
});

Deno.test("readRequestProperties() survives a request whose members throw (CTX-012)", () => {
  const hostile = new Proxy({}, {
    get() {
      throw new Error("no");
    },
  });
  assertEquals(readRequestProperties(hostile, OPTIONS), {});
});

import { assertEquals } from "@std/assert";
import { RequestContext } from "../../../src/context/request_context.ts";
import type { RequestContextInit, RequestLike } from "edgehog";

const create = (request?: RequestLike, init: RequestContextInit = {}) =>
  new RequestContext(request, init, {
    apiKey: "phc_test",
    clock: { now: () => 0 },
  });

const HEADERS = {
  "X-POSTHOG-DISTINCT-ID": "header",
  "x-posthog-session-id": "s-header",
};

for (
  const headers of [new Headers(HEADERS), HEADERS, {
    "x-PostHog-distinct-id": ["", "header"],
    "X-POSTHOG-session-ID": ["\u0001", "s-header"],
  }]
) {
  Deno.test(`RequestContext finds tracing headers in ${headers.constructor.name} (CTX-002, CTX-010)`, () => {
    const { distinctId, sessionId } = create({ headers });
    assertEquals([distinctId, sessionId], ["header", "s-header"]);
  });
}

interface Row {
  readonly name: string;
  readonly init: RequestContextInit;
  readonly expected: readonly (string | undefined)[];
}

const IDENTITY_ROWS: readonly Row[] = [
  {
    name: "lets the application win (CTX-013)",
    init: { distinctId: "init", sessionId: "s-init" },
    expected: ["init", "s-init"],
  },
  {
    name: "takes the header where the application says nothing (CTX-013)",
    init: { distinctId: " ", sessionId: "" },
    expected: ["header", "s-header"],
  },
  {
    name: "takes numbers, and no other types",
    init: { distinctId: 7, sessionId: {} } as unknown as RequestContextInit,
    expected: ["7", "s-header"],
  },
  {
    name: "makes the application's ids well-formed (CTX-011)",
    init: { distinctId: "a\ud800", sessionId: "s\udc00" },
    expected: ["a\ufffd", "s\ufffd"],
  },
  {
    name: "ignores both headers when told to (CTX-015)",
    init: { useTracingHeaders: false },
    expected: [undefined, undefined],
  },
  {
    name: "takes a session among the properties for the application's word",
    init: { properties: { "$session_id": "s-property" } },
    expected: ["header", "s-property"],
  },
  {
    name: "prefers the session that is named as such",
    init: { sessionId: "s", properties: { "$session_id": "s-property" } },
    expected: ["header", "s"],
  },
];

for (const { name, init, expected } of IDENTITY_ROWS) {
  Deno.test(`RequestContext ${name}`, () => {
    const { distinctId, sessionId, properties } = create(
      { headers: HEADERS },
      { captureRequestProperties: false, ...init },
    );
    assertEquals([distinctId, sessionId], expected);
    assertEquals(properties, {});
  });
}

Deno.test("RequestContext changes by set(), key by key (CTX-014)", () => {
  const context = create(undefined, { properties: { a: 1, b: 1 } });
  const { distinctId, properties } = context;
  context.set({ distinctId: "later", properties: { b: 2 } });
  context.set({ distinctId: " ", sessionId: "" });
  context.set(undefined as never);
  assertEquals(context.properties, { a: 1, b: 2 });
  assertEquals([
    distinctId,
    properties,
    context.distinctId,
  ], [undefined, { a: 1, b: 1 }, "later"]);
});

Deno.test("RequestContext keeps a child's changes from its parent, and the parent's from it (CTX-036)", () => {
  const parent = create({ headers: HEADERS, method: "get" }, {
    properties: { a: 1, b: 1 },
  });
  const child = parent.createChild({ distinctId: "child" });
  parent.set({ distinctId: "parent", properties: { a: 2 } });
  child.set({ properties: { b: 3 } });
  const fresh = child.createChild({ properties: { c: 1 } }, { fresh: true });
  assertEquals(
    [parent, child, fresh].map(({ distinctId, sessionId, properties }) => [
      distinctId,
      sessionId,
      properties,
    ]),
    [
      ["parent", "s-header", { "$request_method": "GET", a: 2, b: 1 }],
      ["child", "s-header", { "$request_method": "GET", a: 1, b: 3 }],
      [undefined, undefined, { c: 1 }],
    ],
  );
});

Deno.test("RequestContext has one session, whoever named it and how (CTX-037)", () => {
  const parent = create(undefined, {
    properties: { "$session_id": "parent" },
  });
  const session = (data: Parameters<typeof parent.createChild>[0]) => {
    const { sessionId, properties } = parent.createChild(data);
    return [sessionId, properties];
  };
  assertEquals(session({}), ["parent", {}]);
  assertEquals(session({ sessionId: "child" }), ["child", {}]);
  assertEquals(session({ properties: { "$session_id": "child" } }), [
    "child",
    {},
  ]);
});

Deno.test("RequestContext copies what it is given (CTX-038)", () => {
  const properties = { list: [1] };
  const context = create(undefined, { properties });
  const child = context.createChild({ properties }, { fresh: true });
  properties.list.push(2);
  Object.assign(properties, { more: 1 });
  assertEquals(context.properties, { list: [1] });
  assertEquals(child.properties, { list: [1] });
});

Deno.test("RequestContext takes __proto__ for data (CTX-039)", () => {
  const properties = JSON.parse('{"__proto__":{"polluted":true}}');
  const context = create({ url: "https://shop.example/" }, { properties });
  context.set({ properties: JSON.parse('{"__proto__":{"polluted":1}}') });
  const merged = context.properties;
  assertEquals(JSON.parse(JSON.stringify(merged)), {
    ...JSON.parse('{"__proto__":{"polluted":1}}'),
    "$current_url": "https://shop.example/",
    "$request_path": "/",
  });
  assertEquals(Object.hasOwn(merged, "__proto__"), true);
  assertEquals(Object.getPrototypeOf(merged), Object.prototype);
  assertEquals(Object.hasOwn(Object.prototype, "polluted"), false);
});

Deno.test("RequestContext reads a request once, and not before it has to (CTX-020)", () => {
  const reads: string[] = [];
  const request = new Proxy({ url: "https://shop.example/", method: "get" }, {
    get(target, name) {
      reads.push(String(name));
      return Reflect.get(target, name);
    },
  });
  const context = create(request);
  assertEquals(context.distinctId, undefined);
  context.set({ distinctId: "user-1" });
  const child = context.createChild({});
  assertEquals(reads.filter((name) => name !== "headers"), []);
  for (const { properties } of [context, child, context]) {
    assertEquals(properties["$request_method"], "GET");
  }
  context.set({ properties: { a: 1 } });
  assertEquals(context.properties["$request_method"], "GET");
  assertEquals(reads.filter((name) => name !== "headers").sort(), [
    "method",
    "url",
  ]);
});

Deno.test("RequestContext puts the application's properties over the request's (CTX-021)", () => {
  const request = { url: "https://shop.example/", method: "get" };
  const context = create(request, { properties: { "$request_path": "/a" } });
  context.set({ properties: { "$request_method": "QUERY" } });
  assertEquals(context.properties, {
    "$current_url": "https://shop.example/",
    "$request_method": "QUERY",
    "$request_path": "/a",
  });
});

Deno.test("RequestContext reads no request properties when told not to (CTX-028)", () => {
  const request = { url: "https://shop.example/", headers: HEADERS };
  const { distinctId, properties } = create(request, {
    captureRequestProperties: false,
  });
  assertEquals([distinctId, properties], ["header", {}]);
});

Deno.test("RequestContext keeps request properties without tracing headers (CTX-015)", () => {
  const request = { url: "https://shop.example/", headers: HEADERS };
  const { properties } = create(request, { useTracingHeaders: false });
  assertEquals(properties["$request_path"], "/");
});

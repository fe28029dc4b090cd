import { assertEquals } from "@std/assert";
import { readRequestProperties } from "../../../src/context/request_properties.ts";
import type { RequestContextInit } from "../../../src/context/types.ts";
import type { RequestLike } from "edgehog";

const read = (
  request: RequestLike,
  { captureQuery = false, ip, ipHeaders }: RequestContextInit = {},
) => readRequestProperties(request, captureQuery, ip, ipHeaders);

interface UrlRow {
  readonly url: unknown;
  readonly headers?: Record<string, string>;
  readonly captureQuery?: boolean;
  readonly current?: string;
  readonly path?: string;
}

const FORWARDED = { host: "shop.example", "x-forwarded-proto": "https, http" };
const SHOP = { current: "https://shop.example/cart", path: "/cart" };
const PLAIN = { current: "http://shop.example/cart", path: "/cart" };

const URL_ROWS: readonly UrlRow[] = [
  { url: "https://u:p@shop.example/cart?token=1#x", ...SHOP },
  {
    url: "https://u:p@shop.example:8443/cart?token=1#x",
    captureQuery: true,
    current: "https://shop.example:8443/cart?token=1",
    path: "/cart",
  },
  { url: "https://shop.example", current: "https://shop.example/", path: "/" },
  { url: "/cart?token=1#x", headers: FORWARDED, ...SHOP },
  {
    url: "/cart?q=1#x",
    headers: FORWARDED,
    captureQuery: true,
    current: "https://shop.example/cart?q=1",
    path: "/cart",
  },
  { url: "/cart", headers: { HOST: "shop.example" }, ...PLAIN },
  {
    url: "/cart",
    headers: { host: "shop.example", "x-forwarded-proto": "javascript" },
    ...PLAIN,
  },
  {
    url: "//other.example/cart",
    headers: FORWARDED,
    current: "https://shop.example//other.example/cart",
    path: "//other.example/cart",
  },
  { url: "/cart" },
  { url: "/cart", headers: { host: "u:p@shop.example" } },
  { url: "/cart", headers: { host: "shop.example/x?" } },
  { url: "/cart", headers: { host: "shop example" } },
  { url: "::", headers: FORWARDED },
  { url: "http://", headers: FORWARDED },
  { url: "", headers: FORWARDED },
  { url: "cart", headers: FORWARDED },
  { url: "data:text/plain,secret" },
  { url: 5, headers: FORWARDED },
  { url: undefined, headers: FORWARDED },
];

for (const { url, headers, captureQuery = false, current, path } of URL_ROWS) {
  Deno.test(`readRequestProperties() makes of the URL ${JSON.stringify(url)} with ${JSON.stringify(headers)}, query ${captureQuery}: ${current} (CTX-022, CTX-023, CTX-024, CTX-029)`, () => {
    const request = { url, headers } as RequestLike;
    const properties = read(request, { captureQuery });
    assertEquals(
      [properties["$current_url"], properties["$request_path"]],
      [current, path],
    );
    assertEquals(
      ["$current_url", "$request_path"].map((name) => name in properties),
      [current !== undefined, path !== undefined],
    );
  });
}

Deno.test("readRequestProperties() cuts what is too long (CTX-020)", () => {
  const path = `/${"x".repeat(100 * 1024)}`;
  const properties = read({
    url: `https://shop.example${path}`,
    method: "ß".repeat(50),
    headers: { "user-agent": "a".repeat(2000) },
  });
  const lengths = Object.entries(properties).map(([name, value]) => [
    name,
    String(value).length,
  ]);
  assertEquals(lengths, [
    ["$current_url", 2048],
    ["$request_method", 32],
    ["$request_path", 2048],
    ["$user_agent", 1000],
    ["$raw_user_agent", 1000],
  ]);
});

Deno.test("readRequestProperties() cleans what it reads (CTX-025)", () => {
  const request = {
    method: " pa\u0001tch ",
    headers: { "User-Agent": " Brow\u0085ser " },
  };
  assertEquals(read(request), {
    "$request_method": "PATCH",
    "$user_agent": "Browser",
    "$raw_user_agent": "Browser",
  });
});

interface AddressRow extends RequestContextInit {
  readonly name: string;
  readonly headers: Record<string, string>;
  readonly address: string | undefined;
}

const ipHeaders = ["x-real-ip", "X-Forwarded-For"];
const NAMED: readonly AddressRow[] = ([
  ["203.0.113.7:443, 10.0.0.1", "203.0.113.7"],
  ["203.0.113.7", "203.0.113.7"],
  ["[2001:db8::1]:80", "2001:db8::1"],
  ["[2001:db8::1]", "2001:db8::1"],
  ["2001:DB8::1", "2001:DB8::1"],
  ["::ffff:203.0.113.7", "::ffff:203.0.113.7"],
  ["unknown", undefined],
  ["203.0.113.7 OR 1=1", undefined],
  ["fe80::1%eth0", undefined],
  [", 203.0.113.7", undefined],
  [`${"1:".repeat(30)}1`, undefined],
] as const).map(([value, address]) => ({
  name: value,
  headers: { "x-forwarded-for": value },
  ipHeaders,
  address,
}));

const ADDRESS_ROWS: readonly AddressRow[] = [
  ...NAMED,
  {
    name: "the first of the headers named",
    headers: { "x-forwarded-for": "10.0.0.1", "X-Real-IP": "203.0.113.8" },
    ipHeaders,
    address: "203.0.113.8",
  },
  {
    name: "the next where the first is blank",
    headers: { "x-forwarded-for": "10.0.0.1", "x-real-ip": " " },
    ipHeaders,
    address: "10.0.0.1",
  },
  {
    name: "none where the first present is none",
    headers: { "x-forwarded-for": "10.0.0.1", "x-real-ip": "unknown" },
    ipHeaders,
    address: undefined,
  },
  {
    name: "only cf-connecting-ip unasked",
    headers: {
      "x-forwarded-for": "10.0.0.1",
      "x-real-ip": "10.0.0.2",
      "true-client-ip": "10.0.0.3",
      "CF-Connecting-IP": "203.0.113.7",
    },
    address: "203.0.113.7",
  },
  {
    name: "no other header unasked",
    headers: { "x-forwarded-for": "10.0.0.1", "x-real-ip": "10.0.0.2" },
    address: undefined,
  },
  {
    name: "none where no header is named",
    headers: { "cf-connecting-ip": "203.0.113.7" },
    ipHeaders: [],
    address: undefined,
  },
  {
    name: "the application's word",
    headers: { "cf-connecting-ip": "203.0.113.7" },
    ip: "203.0.113.9",
    address: "203.0.113.9",
  },
  {
    name: "the header where the application's word is blank",
    headers: { "cf-connecting-ip": "203.0.113.7" },
    ip: "",
    address: "203.0.113.7",
  },
  {
    name: "none where the application says so",
    headers: { "cf-connecting-ip": "203.0.113.7" },
    ip: false,
    address: undefined,
  },
  {
    name: "the default where the names are none",
    headers: { "cf-connecting-ip": "203.0.113.7" },
    ipHeaders: "cf-connecting-ip" as unknown as string[],
    address: "203.0.113.7",
  },
  {
    name: "those of the names that are texts",
    headers: { "x-real-ip": "203.0.113.7" },
    ipHeaders: [5, null, "x-real-ip"] as unknown as string[],
    address: "203.0.113.7",
  },
];

for (const { name, headers, address, ...options } of ADDRESS_ROWS) {
  Deno.test(`readRequestProperties() takes as address ${name} (CTX-026, CTX-027)`, () => {
    assertEquals(read({ headers }, options)["$ip"], address);
  });
}

Deno.test("readRequestProperties() leaves out only what can't be read (CTX-012)", () => {
  const throwing = (name: string) =>
    Object.defineProperty(
      {
        url: "https://shop.example/cart",
        method: "get",
        headers: { "user-agent": "Browser" },
      },
      name,
      {
        get() {
          throw new Error("no");
        },
      },
    );
  const names = (member: string) => Object.keys(read(throwing(member)));
  assertEquals(names("url"), [
    "$request_method",
    "$user_agent",
    "$raw_user_agent",
  ]);
  assertEquals(names("method"), [
    "$current_url",
    "$request_path",
    "$user_agent",
    "$raw_user_agent",
  ]);
  assertEquals(names("headers"), [
    "$current_url",
    "$request_method",
    "$request_path",
  ]);
});

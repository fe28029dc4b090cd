import type { JsonObject } from "../core/json.ts";
import type { RequestLike } from "../core/platform.ts";
import { readHeader, sanitise } from "./headers.ts";

/** What of a request becomes event properties. */
export interface RequestPropertyOptions {
  /** Keeps the query in `$current_url`. It may carry tokens. */
  readonly captureQuery: boolean;
  /** The client's address, when the application knows it; false sends none. */
  readonly ip: string | false | undefined;
  /** Headers to take the address from, in order. Only what the platform itself sets can't be forged. */
  readonly ipHeaders: readonly string[] | undefined;
}

const MAX_LENGTH = { url: 2048, method: 32, userAgent: 1000, ip: 45 };

/** Reads the properties that every event of the request carries. Never throws; what can't be read is left out. */
export function readRequestProperties(
  request: RequestLike,
  options: RequestPropertyOptions,
): JsonObject {
  const url = parseUrl(request);
  const method = sanitise(readMember(request, "method"), MAX_LENGTH.method);
  const userAgent = sanitise(
    readHeader(request, "user-agent"),
    MAX_LENGTH.userAgent,
  );
  const properties: JsonObject = {};
  const set = (name: string, value: string | undefined) => {
    if (value !== undefined) properties[name] = value;
  };
  set(
    "$current_url",
    url && sanitise(formatUrl(url, options.captureQuery), MAX_LENGTH.url),
  );
  // Sanitised again: some letters have capitals of two.
  set("$request_method", sanitise(method?.toUpperCase(), MAX_LENGTH.method));
  set("$request_path", url && sanitise(url.pathname, MAX_LENGTH.url));
  set("$user_agent", userAgent);
  // The server's bot detection reads this one.
  set("$raw_user_agent", userAgent);
  set("$ip", readAddress(request, options));
  return properties;
}

/** A request-like object of somebody's own may have members that throw. */
function readMember(request: RequestLike, name: "url" | "method"): unknown {
  try {
    return request[name];
  } catch {
    return undefined;
  }
}

/** A relative URL, as Node's servers have it, is completed from the proxy's headers. */
function parseUrl(request: RequestLike): URL | undefined {
  const text = readMember(request, "url");
  if (typeof text !== "string") return undefined;
  if (!text.startsWith("/")) return toUrl(text);
  const host = sanitise(readHeader(request, "host")) ?? "";
  const proto = sanitise(readHeader(request, "x-forwarded-proto"));
  const scheme = proto?.split(",")[0]?.trim().toLowerCase();
  // Joined, not resolved: `//other.example/` is a path of this host, not a URL of another one.
  return HOST.test(host)
    ? toUrl(`${scheme === "https" ? scheme : "http"}://${host}${text}`)
    : undefined;
}

/** A host that can't bring user info, a path or a query along. */
const HOST = /^[^\s/?#@\\]+$/;

/** Without a host it is no address of a request (`data:`, `about:`), and its path may be anything. */
function toUrl(text: string): URL | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  return url?.host ? url : undefined;
}

/** Without user info, fragment and, by default, query: they carry secrets. */
function formatUrl(url: URL, keepsQuery: boolean): string {
  return `${url.protocol}//${url.host}${url.pathname}${
    keepsQuery ? url.search : ""
  }`;
}

function readAddress(
  request: RequestLike,
  { ip, ipHeaders }: RequestPropertyOptions,
): string | undefined {
  if (ip === false) return undefined;
  let given = sanitise(ip);
  for (const name of listNames(ipHeaders)) {
    given ??= sanitise(readHeader(request, name));
  }
  const first = given?.split(",")[0]?.trim() ?? "";
  const address = /^\[(.*)\](:\d+)?$/.exec(first)?.[1] ??
    /^([\d.]+):\d+$/.exec(first)?.[1] ?? first;
  const isAddress = /^[\da-f:.]+$/i.test(address) && /[.:]/.test(address) &&
    address.length <= MAX_LENGTH.ip;
  return isAddress ? address : undefined;
}

/** Cloudflare sets `cf-connecting-ip` itself; every other address header may come from the visitor. */
function listNames(names: readonly unknown[] | undefined): readonly string[] {
  return Array.isArray(names)
    ? names.filter((name) => typeof name === "string")
    : ["cf-connecting-ip"];
}

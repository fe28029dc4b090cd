import { attempt, isText, readList } from "../core/guards.ts";
import type { JsonObject } from "../core/json.ts";
import type { RequestLike } from "../core/platform.ts";
import { parseUrl } from "../core/url.ts";
import { readHeader, sanitise } from "./headers.ts";

const MAX_URL_LENGTH = 2048;
const MAX_METHOD_LENGTH = 32;

/**
 * Reads the properties that every event of the request carries. Never throws; what can't be read is left out. `ip` and
 * `ipHeaders` are as the application gave them.
 */
export function readRequestProperties(
  request: RequestLike,
  keepsQuery: boolean,
  ip: unknown,
  ipHeaders: unknown,
): JsonObject {
  const url = readUrl(request);
  // A request-like object of somebody's own may have members that throw.
  const method = attempt(() => request.method?.toUpperCase());
  const userAgent = sanitise(readHeader(request, "user-agent"));
  const properties: JsonObject = {};
  const set = (name: string, value: string | undefined) => {
    if (value) properties[name] = value;
  };
  // Without user info, fragment and, by default, query: they carry secrets.
  set(
    "$current_url",
    url && sanitise(
      `${url.protocol}//${url.host}${url.pathname}${
        keepsQuery ? url.search : ""
      }`,
      MAX_URL_LENGTH,
    ),
  );
  set("$request_method", sanitise(method, MAX_METHOD_LENGTH));
  set("$request_path", url && sanitise(url.pathname, MAX_URL_LENGTH));
  set("$user_agent", userAgent);
  // The server's bot detection reads this one.
  set("$raw_user_agent", userAgent);
  set("$ip", readAddress(request, ip, ipHeaders));
  return properties;
}

/** A relative URL, as Node's servers have it, is completed from the proxy's headers. */
function readUrl(request: RequestLike): URL | undefined {
  let text = attempt((): unknown => request.url);
  if (typeof text !== "string") return undefined;
  if (text.startsWith("/")) {
    const host = sanitise(readHeader(request, "host")) ?? "";
    if (!HOST.test(host)) return undefined;
    const proto = sanitise(readHeader(request, "x-forwarded-proto")) ?? "";
    const scheme = /^https\s*(?:,|$)/i.test(proto) ? "https" : "http";
    // Joined, not resolved: `//other.example/` is a path of this host, not a URL of another one.
    text = `${scheme}://${host}${text}`;
  }
  const url = parseUrl(text as string);
  // Without a host it is no address of a request (`data:`, `about:`), and its path may be anything.
  return url?.host ? url : undefined;
}

/** A host that can't bring user info, a path or a query along. */
const HOST = /^[^\s/?#@\\]+$/;

function readAddress(
  request: RequestLike,
  ip: unknown,
  ipHeaders: unknown,
): string | undefined {
  if (ip === false) return undefined;
  let given = sanitise(ip);
  // Cloudflare sets this one itself; every other address header may come from the visitor.
  for (const name of readList(ipHeaders) ?? ["cf-connecting-ip"]) {
    if (isText(name)) given ??= sanitise(readHeader(request, name));
  }
  const address = given?.split(",")[0]?.trim()
    // Without brackets and port.
    .replace(/^\[(.*)\](?::\d+)?$|^([\d.]+):\d+$/, "$1$2");
  return address && ADDRESS.test(address) ? address : undefined;
}

/** The letters of an address, in the length of the longest, with one that only addresses have. */
const ADDRESS = /^(?=.*[.:])[\da-f:.]{1,45}$/i;

import type { JsonObject } from "../core/json.ts";
import type { RequestLike } from "../core/platform.ts";
import { readHeader, sanitise } from "./headers.ts";

/** What of a request becomes event properties. */
export interface RequestPropertyOptions {
  /** Keeps the query in `$current_url`. It may carry tokens. */
  readonly captureQuery: boolean;
  /** The client's address, when the application knows it; false sends none. */
  readonly ip: string | false | undefined;
  /** Headers to take the address from, in order. */
  readonly ipHeaders: readonly string[];
}

const MAX_LENGTH = { url: 2048, method: 32, userAgent: 1000, ip: 45 };

/** Reads the properties that every event of the request carries. Never throws; what can't be read is left out. */
export function readRequestProperties(
  request: RequestLike,
  options: RequestPropertyOptions,
): JsonObject {
  try {
    return collect(request, options);
  } catch {
    // A request-like object of somebody's own whose members throw: the events do without.
    return {};
  }
}

function collect(
  request: RequestLike,
  options: RequestPropertyOptions,
): JsonObject {
  const url = parseUrl(request);
  const userAgent = sanitise(
    readHeader(request, "user-agent"),
    MAX_LENGTH.userAgent,
  );
  const method = sanitise(request.method, MAX_LENGTH.method)?.toUpperCase();
  const ip = readAddress(request, options);
  const properties: Record<string, string | undefined> = {
    "$current_url": url &&
      sanitise(formatUrl(url, options.captureQuery), MAX_LENGTH.url),
    "$request_method": method,
    "$request_path": url && sanitise(url.pathname, MAX_LENGTH.url),
    "$user_agent": userAgent,
    // The server's bot detection reads this one.
    "$raw_user_agent": userAgent,
    "$ip": ip,
  };
  const known = Object.entries(properties).filter(([, value]) =>
    value !== undefined
  );
  return Object.fromEntries(known) as JsonObject;
}

/** A relative URL, as Node's servers have it, is completed from the proxy's headers. */
function parseUrl(request: RequestLike): URL | undefined {
  const text = request.url;
  if (typeof text !== "string") return undefined;
  if (URL.canParse(text)) return new URL(text);
  const host = sanitise(readHeader(request, "host"));
  const scheme =
    sanitise(readHeader(request, "x-forwarded-proto"))?.split(",")[0]?.trim() ??
      "http";
  const base = `${scheme}://${host}`;
  return host && text.startsWith("/") && URL.canParse(text, base)
    ? new URL(text, base)
    : undefined;
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
  const given = ip ??
    ipHeaders.map((name) => readHeader(request, name.toLowerCase())).find((
      value,
    ) => value);
  const first = sanitise(given)?.split(",")[0]?.trim() ?? "";
  const address = /^\[(.*)\](:\d+)?$/.exec(first)?.[1] ??
    /^([\d.]+):\d+$/.exec(first)?.[1] ?? first;
  const isAddress = /^[\da-f:.]+$/i.test(address) && /[.:]/.test(address) &&
    address.length <= MAX_LENGTH.ip;
  return isAddress ? address : undefined;
}

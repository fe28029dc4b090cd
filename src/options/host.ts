import { parseUrl } from "../core/url.ts";
import { DEFAULT_HOST } from "./defaults.ts";
import type { OptionReader } from "./reader.ts";

/**
 * PostHog's own: the addresses people see in their browser belong to the app, and events go to the ingestion host of the
 * same region.
 */
const CLOUD_HOST = /^https:\/\/(app|us|eu)(\.i)?\.posthog\.com$/;

/**
 * A URL as it is written out: without user info, query and fragment, an empty one of which only this tells of. Workers of
 * dates before 2022-10-31 write a host alone without a slash.
 */
const USABLE = /^https?:\/\/[^/@?#]+(\/[^?#]*)?$/;

/** What is taken for a host though it has no scheme: `name.tld`, with a port and a path if need be. */
const BARE_HOST = /^[^\s/:@\\]+\.[a-z][^\s./:@\\]*(:\d+)?(\/.*)?$/i;

/**
 * Reads the option `host`: trims it, completes a missing scheme, maps app hosts to ingestion hosts. Without one the
 * default; empty where it can't be used, since nothing goes to a host that the application did not name.
 */
export function readHost(read: OptionReader): string {
  const before = read.problems.length;
  const given = read.text("host") ?? DEFAULT_HOST;
  if (read.problems.length > before) return "";
  // What most applications give takes no parser, which would be a good part of a construction.
  return toIngestionHost(given) ?? parseHost(given, read);
}

function toIngestionHost(host: string): string | undefined {
  return CLOUD_HOST.test(host)
    ? `https://${host.includes("//eu") ? "eu" : "us"}.i.posthog.com`
    : undefined;
}

function parseHost(given: string, read: OptionReader): string {
  const isBare = BARE_HOST.test(given);
  const { href = "" } = parseUrl(isBare ? `https://${given}` : given) ?? {};
  if (!USABLE.test(href)) {
    read.refuse(
      "host",
      /^[./]/.test(given)
        ? "the browser's relative host can't serve a server"
        : "expected an http or https URL without credentials, query and fragment",
    );
    return "";
  }
  if (isBare) read.notes.push("Option 'host' has no scheme: https is assumed");
  const host = href.replace(/\/+$/, "");
  return toIngestionHost(host) ?? host;
}

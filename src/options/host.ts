import { parseUrl } from "../core/url.ts";
import { DEFAULT_HOST } from "./defaults.ts";
import type { OptionReader } from "./reader.ts";

/** The addresses people see in their browser belong to the app; events go to the ingestion host of the same region. */
const APP_HOST = /^https:\/\/(app|us|eu)\.posthog\.com$/i;

/** Reads the option `host`: trims it, completes a missing scheme, maps app hosts to ingestion hosts. */
export function readHost(read: OptionReader): string {
  const given = read.text("host");
  if (!given) return DEFAULT_HOST;
  const hasScheme = /^[a-z][a-z0-9+.-]*:\/\//i.test(given);
  const host = (hasScheme ? given : `https://${given}`).replace(/\/+$/, "");
  if (!isHttpUrl(host)) {
    read.refuse("host", "expected an http or https URL without query");
    return DEFAULT_HOST;
  }
  if (!hasScheme) {
    read.notes.push("Option 'host' has no scheme: https is assumed");
  }
  const region = APP_HOST.exec(host)?.[1]?.toLowerCase().replace("app", "us");
  return region ? `https://${region}.i.posthog.com` : host;
}

function isHttpUrl(text: string): boolean {
  const url = parseUrl(text);
  return url !== undefined && /^https?:$/.test(url.protocol) &&
    url.search + url.hash + url.username + url.password === "";
}

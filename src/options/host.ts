import { parseUrl } from "../core/url.ts";
import { DEFAULT_HOST } from "./defaults.ts";

/** The addresses people see in their browser belong to the app; events go to the ingestion host of the same region. */
const APP_HOST = /^https:\/\/(app|us|eu)\.posthog\.com$/i;

/** A usable host, or what is wrong with the one given. */
export type HostReading =
  | { readonly kind: "host"; readonly host: string; readonly note?: string }
  | { readonly kind: "unusable"; readonly reason: string };

/** Reads the option `host`: trims it, completes a missing scheme, maps app hosts to ingestion hosts. */
export function parseHost(value: string): HostReading {
  const trimmed = value.trim();
  if (trimmed === "") return { kind: "host", host: DEFAULT_HOST };
  const hasScheme = /^[a-z][a-z0-9+.-]*:\/\//i.test(trimmed);
  const host = (hasScheme ? trimmed : `https://${trimmed}`).replace(/\/+$/, "");
  if (!isHttpUrl(host)) {
    return {
      kind: "unusable",
      reason: "expected an http or https URL without query",
    };
  }
  const region = APP_HOST.exec(host)?.[1]?.toLowerCase().replace("app", "us");
  return {
    kind: "host",
    host: region ? `https://${region}.i.posthog.com` : host,
    ...(!hasScheme && {
      note: "Option 'host' has no scheme: https is assumed",
    }),
  };
}

function isHttpUrl(text: string): boolean {
  const url = parseUrl(text);
  return url !== undefined && /^https?:$/.test(url.protocol) &&
    url.search + url.hash + url.username + url.password === "";
}

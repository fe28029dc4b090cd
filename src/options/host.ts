import { DEFAULT_HOST } from "./defaults.ts";

/** The addresses people see in their browser, and the ingestion host behind each. Parity: posthog-python. */
const APP_HOSTS: ReadonlyMap<string, string> = new Map([
  ["https://app.posthog.com", "https://us.i.posthog.com"],
  ["https://us.posthog.com", "https://us.i.posthog.com"],
  ["https://eu.posthog.com", "https://eu.i.posthog.com"],
]);

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
  const mapped = APP_HOSTS.get(host.toLowerCase()) ?? host;
  if (hasScheme) return { kind: "host", host: mapped };
  return {
    kind: "host",
    host: mapped,
    note: "Option 'host' has no scheme: https is assumed",
  };
}

function isHttpUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, search, hash, username, password } = new URL(text);
  return (protocol === "https:" || protocol === "http:") &&
    search + hash + username + password === "";
}

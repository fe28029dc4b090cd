import { parseUrl } from "../../core/url.ts";

/** Names that lead to one's own machine, whatever a name server says. */
const LOOPBACK =
  /^(?:localhost|[^/]+\.localhost|127(?:\.\d{1,3}){3}|\[::1\])$/i;

/** Where browsers say that a request comes from their own user, or from the page itself. */
const OWN_SITES: ReadonlySet<string> = new Set(["none", "same-origin"]);

/**
 * Says why a request for a page's control or inspection is refused; undefined where it is not.
 *
 * Its own port makes a page of ours no safer than the browser lets it be: a foreign page may send requests to it
 * (cross-site request forgery), and may give its own name our address (DNS rebinding) and then read the answers too.
 *
 * @param hosts Host names beside loopback.
 */
export function findRefusal(
  request: Request,
  hosts: readonly string[],
): string | undefined {
  const { headers } = request;
  const { host, hostname } = new URL(request.url);
  const asked = [hostname, toHostname(headers.get("host") ?? host)];
  // As URLs have them: in lower case, an IPv6 address in brackets.
  const own = hosts.map((name) => toHostname(name) ?? toHostname(`[${name}]`));
  const isKnown = asked.every((name) =>
    name !== undefined && (LOOPBACK.test(name) || own.includes(name))
  );
  if (!isKnown) {
    return "This host name is not the emulator's: ask for it by localhost";
  }
  const origin = headers.get("origin");
  const site = headers.get("sec-fetch-site");
  const isOwn = (origin === null || toHost(origin) === host) &&
    (site === null || OWN_SITES.has(site));
  return isOwn ? undefined : "Only the emulator's own page may ask for this";
}

function toHostname(host: string): string | undefined {
  return parseUrl(`http://${host}`)?.hostname;
}

/** An opaque origin (`null`) has no host. */
function toHost(origin: string): string | undefined {
  return parseUrl(origin)?.host;
}

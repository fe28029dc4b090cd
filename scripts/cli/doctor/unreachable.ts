import { fail, type Finding } from "./finding.ts";

/** How runtimes word it that a name is not known: Node, Deno, Bun. */
const NO_NAME =
  /ENOTFOUND|EAI_AGAIN|dns error|address information|Name or service|nodename/;

/** The same of what is wrong with TLS. */
const BAD_TLS =
  /certificate|\bTLS\b|openssl|\bSSL\b|handshake|EPROTO|UnknownIssuer|InvalidContentType|packet length|CERT_/i;

/** The same of nobody listening. */
const REFUSED = /ECONNREFUSED|refused/i;

/** Says why a host can't be reached, as far as the runtime tells. */
export function describeUnreachable(host: string, cause: Error): Finding {
  // A runtime that names the URL must not be taken by its letters.
  const words = cause.message.replaceAll(/\(?https?:[^\s)]*\)?/g, "");
  const said = clean(cause.message);
  const says = said && ` (${said})`;
  if (NO_NAME.test(words)) {
    return fail(
      "host",
      "no-such-name",
      `The name of ${host} is not known${says}`,
      "check the spelling of POSTHOG_HOST, and that this machine has a network",
    );
  }
  if (BAD_TLS.test(words)) {
    return fail(
      "host",
      "tls",
      `${host} has no connection that can be trusted${says}`,
      "check its certificate, and whether it speaks https at all",
    );
  }
  if (REFUSED.test(words)) {
    return fail(
      "host",
      "refused",
      `Nobody listens at ${host}${says}`,
      "check host and port, and that the server is running",
    );
  }
  return fail(
    "host",
    "unreachable",
    `${host} can't be reached${says}`,
    "check the spelling of POSTHOG_HOST, the network, and a firewall in between",
  );
}

/** Without what every failed fetch says, and the parentheses around the rest. */
function clean(words: string): string {
  return words.replace(/^TypeError: /, "")
    .replace(/^fetch failed:? ?/i, "")
    .replace(/^\((.*)\)$/, "$1")
    .replaceAll("\\u000a", "")
    .trim();
}

import type { RequestError } from "../../../src/core/errors.ts";
import type { DefinitionsAnswer } from "../../../src/local_evaluation/definitions/request.ts";
import { isPostHogHost } from "./check_options.ts";
import { fail, type Finding, pass } from "./finding.ts";

/** Says whether the key can read the flag definitions, and if not, why. */
export function diagnoseDefinitions(
  host: string,
  variable: string,
  secretKey: string,
  answer: DefinitionsAnswer,
): Finding {
  if (answer.kind === "failed") {
    return describeFailure(host, variable, answer.error);
  }
  const count = answer.kind === "definitions"
    ? Object(JSON.parse(answer.text)).flags.length
    : 0;
  return pass(
    "definitions",
    `${variable} (${nameKind(secretKey)}) reads the definitions of ${count} ${
      count === 1 ? "flag" : "flags"
    }`,
  );
}

function nameKind(secretKey: string): string {
  return secretKey.startsWith("phx_")
    ? "a personal API key"
    : secretKey.startsWith("phs_")
    ? "a project secret key"
    : "a key of unknown kind";
}

function describeFailure(
  host: string,
  variable: string,
  { code, status, message }: RequestError,
): Finding {
  const isOwn = isPostHogHost(host);
  if (status === 402) {
    return fail(
      "definitions",
      "definitions-quota",
      "The project's quota of feature flag requests is used up (402)",
      "raise its limit in PostHog's billing settings; until then clients keep the definitions they have",
    );
  }
  if (status === 401) {
    return fail(
      "definitions",
      "key-unknown",
      `${host} does not accept the key in ${variable} (401)`,
      `use a key of this project and region that was not revoked${
        isOwn ? "" : ", and let the proxy pass the header Authorization"
      }`,
    );
  }
  if (status === 403) {
    return fail(
      "definitions",
      "scope-missing",
      `The key in ${variable} may not read flag definitions (403)`,
      `give it the scope feature_flag:read and access to this project${
        isOwn ? "" : ", and let the proxy pass /flags/definitions"
      }`,
    );
  }
  if (status === 404 || status === 405 || code === "unreadable") {
    return fail(
      "definitions",
      "definitions-barred",
      `/flags/definitions does not get through: ${
        code === "unreadable" ? "something else" : host
      } answered${code === "unreadable" ? "" : ` ${status}`}`,
      "let the proxy pass /flags/definitions; a PostHog of your own has to be 1.38 or newer",
    );
  }
  return fail(
    "definitions",
    "definitions-failed",
    message.replace(/^Cannot load flag definitions: /, ""),
    "try again in a while; see https://status.posthog.com, or the proxy's log",
  );
}

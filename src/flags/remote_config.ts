import type { Caller } from "../client/host.ts";
import { ConfigError } from "../core/errors.ts";
import { type JsonValue, parseJson } from "../core/json.ts";
import { decodePayload } from "./payloads.ts";
import type { FlagPort } from "./port.ts";
import {
  buildRequestError,
  type OutcomeParts,
  sendWithKey,
} from "./requests.ts";

/** No flag has a blank key, and URLs resolve `.` and `..` away, encoded or not: another endpoint would be asked. */
const UNUSABLE_KEY = /^(\s*|\.\.?)$/;

const SUNSET =
  "Remote config will take the option 'projectId': PostHog ends the way without it";

/**
 * Creates the verb that reads the payload of a remote config flag; undefined where there is none. Nothing is kept: each
 * call is one request, never tried again. Never rejects.
 */
export function createRemoteConfig(
  { host, options: { secretKey, projectId } }: FlagPort,
): (caller: Caller, key: unknown) => Promise<JsonValue | undefined> {
  const { reporter } = host;
  let isTold = false;
  return async (_caller, key) => {
    if (host.isClosed()) return undefined;
    if (typeof key !== "string" || UNUSABLE_KEY.test(key)) {
      reporter.warn("Cannot get remote config: expected the key of a flag");
      return undefined;
    }
    if (secretKey === undefined) {
      const message =
        "Cannot get remote config: option 'secretKey' or 'personalApiKey' is missing";
      if (!isTold) reporter.tell(new ConfigError(message, "secretKey"));
      isTold = true;
      return undefined;
    }
    const path = encodeURIComponent(key.toWellFormed());
    const outcome = await sendWithKey(
      host,
      secretKey,
      `/api/projects/${
        projectId ?? "@current"
      }/feature_flags/${path}/remote_config`,
    );
    const { status, headers }: OutcomeParts = outcome;
    if (!projectId && headers?.has("Sunset")) reporter.warn(SUNSET, SUNSET);
    const outageKey = `flags:remote_config:${key}`;
    if (outcome.kind === "ok") {
      const json = parseJson(outcome.text);
      // The server sends no bytes for a missing or falsy payload.
      if (outcome.text === "" || json !== undefined) {
        reporter.rearm(outageKey);
        // Payloads are stored as JSON text, so the answer is a string as a rule.
        return json === undefined
          ? undefined
          : decodePayload(json as JsonValue);
      }
    }
    const error = buildRequestError(
      host,
      "remote_config",
      `get remote config '${key}'`,
      outcome,
      "the answer is no JSON",
      undefined,
      !projectId && (status === 404 || status === 410)
        ? "; it may take the option 'projectId'"
        : "",
    );
    reporter.tell(error, "warn", outageKey);
    return undefined;
  };
}

import { attempt, getOwn, isRecord } from "../core/guards.ts";
import type { JsonObject, JsonValue } from "../core/json.ts";
import { type Answer, buildError } from "./answer.ts";
import type { ReadRequest } from "./incoming.ts";
import type { Project } from "./project.ts";

/** The endpoint's path; a flag's key is percent-encoded in it. */
const PATH =
  /^\/api\/projects\/(?:@current|\d+)\/feature_flags\/([^/]+)\/remote_config$/;

/** What PostHog serves in place of an encrypted payload to whom it does not decrypt it for. */
const REDACTED = '"********* (encrypted)"';

/** Whether this path is the remote config of some flag. */
export function isRemoteConfigPath(path: string): boolean {
  return PATH.test(path);
}

/** `GET /api/projects/<@current or id>/feature_flags/<key>/remote_config`. The body of a 404 is empty, as in PostHog. */
export function answerRemoteConfig(
  project: Project,
  { incoming }: ReadRequest,
): Answer {
  const { headers, path, query } = incoming;
  const { authorization } = headers;
  if (
    !project.acceptsToken(query["token"]) ||
    !project.acceptsAuthorization(authorization)
  ) {
    return buildError(
      401,
      "authentication_error",
      "authentication_failed",
      "The token or the secret key is not valid",
    );
  }
  const row = findRow(project.flags.rows, PATH.exec(path)?.[1] ?? "");
  if (!row || row["is_remote_configuration"] !== true) return { status: 404 };
  const payload = readPayload(row);
  // Python's falsehood: `payloads.get("true") or None`, and no bytes for None.
  if (isFalsy(payload)) return { status: 200 };
  const isDecrypted = /^Bearer\s+phx_/i.test(authorization ?? "");
  const served = row["has_encrypted_payloads"] === true && !isDecrypted
    ? REDACTED
    : payload;
  return {
    status: 200,
    body: JSON.stringify(served),
    headers: { "content-type": "application/json" },
  };
}

/** Digits alone are an id, even where a flag's key is the same digits. Of rows with one key the last counts. */
function findRow(
  rows: readonly JsonObject[],
  encoded: string,
): JsonObject | undefined {
  const member = /^\d+$/.test(encoded) ? "id" : "key";
  // Undefined where it is not UTF-8: no flag has such a key.
  const wanted = attempt(() => decodeURIComponent(encoded));
  return rows.findLast((row) =>
    String(row[member]) === wanted && row["deleted"] !== true
  );
}

function readPayload(row: JsonObject): JsonValue | undefined {
  const filters = getOwn(row, "filters");
  const payloads = isRecord(filters) ? getOwn(filters, "payloads") : undefined;
  return isRecord(payloads)
    ? getOwn(payloads, "true") as JsonValue | undefined
    : undefined;
}

function isFalsy(payload: JsonValue | undefined): payload is undefined {
  return !payload ||
    (typeof payload === "object" && Object.keys(payload).length === 0);
}

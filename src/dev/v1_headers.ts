import { isUuid } from "../core/uuid.ts";
import { type Answer, buildV1Error } from "./answer.ts";
import type { Project } from "./project.ts";
import type { IncomingRequest } from "./types.ts";

/** UTC as RFC 3339 writes it. */
const UTC_PATTERN = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|\+00:00)$/i;

/** Whether the value is a moment in UTC, written as RFC 3339 has it. */
export function isUtc(value: unknown): value is string {
  return typeof value === "string" && UTC_PATTERN.test(value) &&
    !Number.isNaN(Date.parse(value));
}

/** The headers that v1 requires beside `Authorization`, by their usual name, with what they must hold. */
const REQUIRED: ReadonlyMap<string, (value: string) => boolean> = new Map([
  // What it holds is another refusal.
  ["Content-Type", () => true],
  ["User-Agent", (value: string) => value.trim() !== ""],
  ["PostHog-Sdk-Info", (value: string) => readSdkInfo(value) !== undefined],
  ["PostHog-Attempt", (value: string) => /^[1-9]\d*$/.test(value)],
  ["PostHog-Request-Id", isUuid],
  ["PostHog-Request-Timestamp", isUtc],
]);

/** What bodies may be compressed by. */
const ENCODINGS: ReadonlySet<string> = new Set([
  "identity",
  "gzip",
  "deflate",
  "br",
  "zstd",
]);

/**
 * Checks the headers of a v1 request, in the server's order: 401 without `Authorization` and for a key that is not the
 * project's, 400 where a header is missing or malformed, 415 for a body of another kind; undefined when all is well.
 *
 * @see PostHog's capture v1 protocol (spec/capture.md 5.2)
 */
export function checkV1Headers(
  { headers }: IncomingRequest,
  project: Project,
): Answer | undefined {
  const authorization = headers["authorization"];
  if (authorization === undefined) {
    return refuseToken("The header Authorization is missing");
  }
  const [scheme = "", token] = authorization.split(/\s+/, 2);
  if (scheme.toLowerCase() !== "bearer") {
    return refuseHeader("Authorization", authorization);
  }
  if (!project.acceptsToken(token)) {
    return refuseToken("The project key is not valid");
  }
  for (const [name, isValid] of REQUIRED) {
    const value = headers[name.toLowerCase()];
    if (value === undefined || !isValid(value)) {
      return refuseHeader(name, value);
    }
  }
  const type = headers["content-type"] ?? "";
  if (!/^application\/json\s*(;|$)/i.test(type)) {
    return refuseKind("type", type);
  }
  const encoding = headers["content-encoding"] ?? "identity";
  return ENCODINGS.has(encoding) ? undefined : refuseKind("encoding", encoding);
}

/** Reads `name/version`; a name may hold slashes of its own. Undefined for anything else. */
export function readSdkInfo(
  value: string | undefined,
): { readonly name: string; readonly version: string } | undefined {
  const [, name, version] = /^([\x21-\x7e]+)\/([\x21-\x2e\x30-\x7e]+)$/.exec(
    value ?? "",
  ) ?? [];
  return name === undefined || version === undefined
    ? undefined
    : { name, version };
}

function refuseToken(description: string): Answer {
  return buildV1Error(401, "invalid_api_token", description);
}

function refuseHeader(name: string, value?: string): Answer {
  const [error, what] = value === undefined
    ? ["missing_required_headers", "missing"]
    : ["invalid_header_value", "malformed"];
  return buildV1Error(400, error, `The header ${name} is ${what}`);
}

function refuseKind(what: "type" | "encoding", value: string): Answer {
  return buildV1Error(
    415,
    what === "type" ? "unsupported_content_type" : "unsupported_encoding",
    `The Content-${what} ${value} is not supported`,
  );
}

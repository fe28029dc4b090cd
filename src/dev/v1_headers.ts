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
  [
    "Content-Type",
    (value: string) => /^application\/json\s*(;|$)/i.test(value),
  ],
  ["User-Agent", (value: string) => value.trim() !== ""],
  ["PostHog-Sdk-Info", (value: string) => readSdkInfo(value) !== undefined],
  ["PostHog-Attempt", (value: string) => /^[1-9]\d*$/.test(value)],
  ["PostHog-Request-Id", isUuid],
  ["PostHog-Request-Timestamp", isUtc],
]);

/**
 * Checks the headers of a v1 request: 400 where one is missing or malformed, 401 for a key that is not the
 * project's; undefined when all is well.
 *
 * @see PostHog's capture v1 protocol (spec/capture.md 5.2)
 */
export function checkV1Headers(
  { headers }: IncomingRequest,
  project: Project,
): Answer | undefined {
  const authorization = headers["authorization"];
  if (authorization === undefined) return refuseHeader("Authorization");
  const token = /^Bearer\s+(\S+)$/i.exec(authorization)?.[1];
  if (!project.acceptsToken(token)) {
    return buildV1Error(401, "unauthorized", "The project key is not valid");
  }
  for (const [name, isValid] of REQUIRED) {
    const value = headers[name.toLowerCase()];
    if (value === undefined || !isValid(value)) {
      return refuseHeader(name, value);
    }
  }
  return undefined;
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

function refuseHeader(name: string, value?: string): Answer {
  return value === undefined
    ? buildV1Error(400, "missing_header", `The header ${name} is missing`)
    : buildV1Error(400, "invalid_header", `The header ${name} is malformed`);
}

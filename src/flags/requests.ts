import type { FeatureHost } from "../client/host.ts";
import {
  type RequestEndpoint,
  RequestError,
  type RequestErrorCode,
} from "../core/errors.ts";
import { describeStatus, type HttpOutcome } from "../delivery/http.ts";

/** What outcomes have, of any kind. */
export interface OutcomeParts {
  /** Tells them apart. */
  readonly kind: HttpOutcome["kind"];
  /** The HTTP status of an answer. */
  readonly status?: number;
  /** Its headers. */
  readonly headers?: Headers;
  /** Why there is none. */
  readonly cause?: Error;
}

/**
 * Words what a request failed with.
 *
 * @param task What can't be done, as in "Cannot …".
 * @param odd What is wrong with an answer of 2xx.
 * @param code What an answer means that is not simply a refusal or unreadable.
 * @param hint What else there is to say.
 */
export function buildRequestError(
  { options: { host } }: Pick<FeatureHost, "options">,
  endpoint: RequestEndpoint,
  task: string,
  outcome: HttpOutcome,
  odd: string,
  code?: RequestErrorCode,
  hint = "",
): RequestError {
  const { kind, status, cause }: OutcomeParts = outcome;
  const [usual, reason]: [RequestErrorCode, string] = kind === "ok"
    ? ["unreadable", odd]
    : kind === "status"
    ? ["http", describeStatus(status, host)]
    : kind === "network"
    ? [kind, `PostHog could not be reached: ${cause?.message}`]
    : ["timeout", "PostHog did not answer in time"];
  return new RequestError(`Cannot ${task}: ${reason}${hint}`, {
    code: code ?? usual,
    endpoint,
    status,
    cause,
  });
}

/** Asks for what only a secret or personal key may read, once; the path's query begins with the project token. */
export function sendWithKey(
  { door, options: { host, apiKey, requestTimeout } }: FeatureHost,
  secretKey: string,
  path: string,
  headers?: Readonly<Record<string, string>>,
  query = "",
): Promise<HttpOutcome> {
  return door.send({
    method: "GET",
    url: `${host}${path}?token=${encodeURIComponent(apiKey)}${query}`,
    headers: { "Authorization": `Bearer ${secretKey}`, ...headers },
    timeoutMs: requestTimeout,
  });
}

import { RequestError, type RequestErrorCode } from "../../core/errors.ts";
import type {
  HttpAnswer,
  HttpDoor,
  HttpOutcome,
} from "../../transport/http.ts";
import { parseRetryAfterMs } from "../../transport/retry.ts";
import type { FlagDefinitions } from "../evaluation/definitions.ts";
import { parseJsonText } from "./json_text.ts";
import { parseFlagDefinitions } from "./parse.ts";

/** What a definitions request needs. */
export interface DefinitionsRequest {
  /** The one HTTP door. */
  readonly door: HttpDoor;
  /** The endpoint. */
  readonly url: string;
  /** The secret or personal key. */
  readonly secretKey: string;
  /** The ETag of what is at hand. */
  readonly etag: string | undefined;
  /** The deadline in ms. */
  readonly timeoutMs: number;
  /** The moment, in ms since the epoch, that a `Retry-After` date is compared with. */
  readonly now: number;
}

/** What a definitions request brought. */
export type DefinitionsAnswer =
  | {
    readonly kind: "definitions";
    readonly definitions: FlagDefinitions;
    /** The document as it came, for a cache. */
    readonly document: unknown;
    readonly etag: string | undefined;
  }
  | { readonly kind: "not-modified"; readonly etag: string | undefined }
  | DefinitionsFailure;

/** A definitions request that brought nothing. */
export interface DefinitionsFailure {
  /** Tells the answers apart. */
  readonly kind: "failed";
  /** What to report. */
  readonly error: RequestError;
  /** Whether the server refused (401, 402, 403, 429): each further refusal doubles the wait. */
  readonly isRefusal: boolean;
  /** The server's wish to wait, in ms. */
  readonly retryAfterMs: number | undefined;
}

/** Statuses that will not go away by asking again soon. */
const REFUSALS: ReadonlySet<number> = new Set([401, 402, 403, 429]);

/** Makes one definitions request. There is no retry inside a load: the next access tries again. Never rejects. */
export async function requestDefinitions(
  request: DefinitionsRequest,
): Promise<DefinitionsAnswer> {
  const { door, url, secretKey, etag, timeoutMs, now } = request;
  const outcome = await door.send({
    method: "GET",
    url,
    headers: {
      "Authorization": `Bearer ${secretKey}`,
      "Content-Type": "application/json",
      ...(etag !== undefined && { "If-None-Match": etag }),
    },
    timeoutMs,
  });
  return readOutcome(outcome, now);
}

function readOutcome(outcome: HttpOutcome, now: number): DefinitionsAnswer {
  switch (outcome.kind) {
    case "ok":
      return readDocument(outcome);
    case "status":
      return outcome.status === 304
        ? { kind: "not-modified", etag: readEtag(outcome) }
        : readRefusal(outcome, now);
    case "network":
      return buildFailure(
        "network",
        `PostHog could not be reached: ${outcome.cause.message}`,
        {
          cause: outcome.cause,
        },
      );
    case "timeout":
    case "aborted":
      return buildFailure("timeout", "PostHog did not answer in time");
  }
}

function readDocument(answer: HttpAnswer): DefinitionsAnswer {
  const parsed = answer.text === undefined
    ? undefined
    : parseJsonText(answer.text);
  const definitions = parsed &&
    parseFlagDefinitions(parsed.json, parsed.numberTexts);
  if (!definitions) {
    return buildFailure("unreadable", "the answer is no definitions document", {
      status: answer.status,
    });
  }
  return {
    kind: "definitions",
    definitions,
    document: parsed.json,
    etag: readEtag(answer),
  };
}

function readRefusal(
  { status, headers }: HttpAnswer,
  now: number,
): DefinitionsFailure {
  const code = status === 402 ? "quota" : "http";
  const retryAfterMs = status === 429
    ? parseRetryAfterMs(headers.get("Retry-After"), now)
    : undefined;
  return {
    ...buildFailure(code, `PostHog answered ${status}`, { status }),
    isRefusal: REFUSALS.has(status),
    retryAfterMs,
  };
}

function buildFailure(
  code: RequestErrorCode,
  reason: string,
  details: { readonly status?: number; readonly cause?: unknown } = {},
): DefinitionsFailure {
  const error = new RequestError(`Cannot load flag definitions: ${reason}`, {
    code,
    endpoint: "definitions",
    ...details,
  });
  return { kind: "failed", error, isRefusal: false, retryAfterMs: undefined };
}

function readEtag({ headers }: HttpAnswer): string | undefined {
  return headers.get("ETag") || undefined;
}

import type { FeatureHost } from "../../client/host.ts";
import type { RequestError } from "../../core/errors.ts";
import { buildRequestError, sendWithKey } from "../../flags/requests.ts";
import { parseRetryAfterMs } from "../../delivery/retry.ts";
import type { CachedDefinitions } from "./contained_cache.ts";
import { parseJsonText } from "./json_text.ts";
import { parseFlagDefinitions } from "./parse.ts";

/** What a definitions request brought. */
export type DefinitionsAnswer =
  | FetchedDefinitions
  | { readonly kind: "not-modified"; readonly etag: string | undefined }
  | DefinitionsFailure;

/** Definitions from PostHog itself. */
export interface FetchedDefinitions extends CachedDefinitions {
  /** Tells the answers apart. */
  readonly kind: "definitions";
  /** The document as it came, for a cache. */
  readonly document: unknown;
}

/** A definitions request that brought nothing. */
export interface DefinitionsFailure {
  /** Tells the answers apart. */
  readonly kind: "failed";
  /** What to report. */
  readonly error: RequestError;
  /** The server's wish to wait, in ms. */
  readonly retryAfterMs: number | undefined;
}

/**
 * Makes one definitions request. There is no retry inside a load: the next access tries again. Never rejects.
 *
 * @param etag The ETag of what is at hand.
 */
export async function requestDefinitions(
  host: FeatureHost,
  secretKey: string,
  etag: string | undefined,
): Promise<DefinitionsAnswer> {
  const now = host.clock.now();
  const outcome = await sendWithKey(
    host,
    secretKey,
    "/flags/definitions",
    {
      "Content-Type": "application/json",
      ...(etag !== undefined && { "If-None-Match": etag }),
    },
    "&send_cohorts",
  );
  const headers = "headers" in outcome ? outcome.headers : undefined;
  const status = "status" in outcome ? outcome.status : undefined;
  const newEtag = headers?.get("ETag") || undefined;
  if (status === 304) return { kind: "not-modified", etag: newEtag };
  const parsed = outcome.kind === "ok"
    ? parseJsonText(outcome.text)
    : undefined;
  const definitions = parsed &&
    parseFlagDefinitions(parsed.json, parsed.numberTexts);
  if (definitions) {
    const { json: document } = parsed;
    return {
      kind: "definitions",
      definitions,
      document,
      etag: newEtag,
      fetchedAt: undefined,
    };
  }
  const error = buildRequestError(
    "definitions",
    "load flag definitions",
    outcome,
    "the answer is no definitions document",
    status === 402 ? "quota" : undefined,
  );
  const retryAfterMs = status === 429
    ? parseRetryAfterMs(headers?.get("Retry-After"), now)
    : undefined;
  return { kind: "failed", error, retryAfterMs };
}

import type { FeatureHost } from "../../client/host.ts";
import type { RequestError } from "../../core/errors.ts";
import { attempt } from "../../core/guards.ts";
import { buildRequestError, sendWithKey } from "../../flags/requests.ts";
import type { HttpOutcome } from "../../delivery/http.ts";
import { parseRetryAfterMs } from "../../delivery/retry.ts";
import type { CachedDefinitions, ReadDefinitions } from "./contained_cache.ts";
import {
  applyNumberTexts,
  findNumberTexts,
  type NumberTexts,
} from "./number_texts.ts";

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
  readonly text: string;
  /** The server's texts of its odd numbers. */
  readonly numberTexts: NumberTexts | undefined;
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

/** Where definitions are: at the second path on a server of before the first. */
const PATHS = ["/flags/definitions", "/api/feature_flag/local_evaluation"];

const NEEDED = "; a PostHog of your own has to be 1.38 or newer";

/** What of a server is remembered. */
export interface DefinitionsServer {
  /** The index of the path that worked last, until it answers 404. */
  pathIndex: number;
}

/**
 * Makes one definitions request, and where there is nothing another one at the other path. There is no retry inside a
 * load: the next access tries again. Never rejects.
 *
 * @param etag The ETag of what is at hand.
 * @param read Reads the document.
 * @param server Where that is.
 */
export async function requestDefinitions(
  host: FeatureHost,
  secretKey: string,
  etag: string | undefined,
  read: ReadDefinitions,
  server: DefinitionsServer,
): Promise<DefinitionsAnswer> {
  const now = host.clock.now();
  const send = (pathIndex: number) =>
    sendWithKey(
      host,
      secretKey,
      PATHS[pathIndex] ?? "",
      {
        "Content-Type": "application/json",
        ...(etag !== undefined && { "If-None-Match": etag }),
      },
      "&send_cohorts",
    );
  let outcome = await send(server.pathIndex);
  if (isMissing(outcome)) {
    const other = 1 - server.pathIndex;
    outcome = await send(other);
    if (isMissing(outcome)) server.pathIndex = 0;
    else if ("status" in outcome) server.pathIndex = other;
  }
  const headers = "headers" in outcome ? outcome.headers : undefined;
  const status = "status" in outcome ? outcome.status : undefined;
  const newEtag = headers?.get("ETag") || undefined;
  if (status === 304) return { kind: "not-modified", etag: newEtag };
  const text = outcome.kind === "ok" ? outcome.text : undefined;
  // Whatever it holds, and however reading it ends: it is no document then.
  const fetched = attempt(() => readText(text ?? "", read));
  if (fetched) {
    return {
      kind: "definitions",
      ...fetched,
      etag: newEtag,
      fetchedAt: undefined,
    };
  }
  const error = buildRequestError(
    host,
    "definitions",
    "load flag definitions",
    outcome,
    "the answer is no definitions document",
    status === 402 ? "quota" : undefined,
    status === 404 ? NEEDED : "",
  );
  const retryAfterMs = status === 429
    ? parseRetryAfterMs(headers?.get("Retry-After"), now)
    : undefined;
  return { kind: "failed", error, retryAfterMs };
}

function isMissing(outcome: HttpOutcome): boolean {
  return outcome.kind === "status" && outcome.status === 404;
}

function readText(
  text: string,
  read: ReadDefinitions,
):
  | Pick<FetchedDefinitions, "definitions" | "text" | "numberTexts">
  | undefined {
  const document: unknown = JSON.parse(text);
  const numberTexts = findNumberTexts(text);
  applyNumberTexts(document, numberTexts);
  const definitions = read(document);
  return definitions && { definitions, text, numberTexts };
}

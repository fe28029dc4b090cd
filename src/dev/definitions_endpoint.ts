import { type Answer, buildError } from "./answer.ts";
import type { ReadRequest } from "./incoming.ts";
import type { Project } from "./project.ts";

/** `GET /flags/definitions`. Cohorts are always part of it, as in PostHog's newest server. */
export async function answerDefinitions(
  project: Project,
  { incoming }: ReadRequest,
): Promise<Answer> {
  const { headers, query } = incoming;
  if (!project.acceptsToken(query["token"])) {
    return buildError(
      401,
      "authentication_error",
      "invalid_api_key",
      "The token is not valid",
    );
  }
  if (!project.acceptsAuthorization(headers["authorization"])) {
    return buildError(
      401,
      "authentication_error",
      "authentication_failed",
      "The secret key is not valid",
    );
  }
  if (project.quotas.has("feature_flags")) {
    return buildError(
      402,
      "quota_limited",
      "payment_required",
      "The quota of feature flag requests is used up",
    );
  }
  const { flags } = project;
  const etag = await flags.etag();
  const caching = { etag, "cache-control": "private, must-revalidate" };
  if (isMatch(headers["if-none-match"], etag)) {
    return { status: 304, headers: caching };
  }
  return {
    status: 200,
    body: flags.text,
    headers: { ...caching, "content-type": "application/json" },
  };
}

/** Weak comparison (RFC 9110, 8.8.3.2): the prefix `W/` does not count. */
function isMatch(header: string | undefined, etag: string): boolean {
  const candidates = (header ?? "").split(",").map((candidate) =>
    candidate.trim().replace(/^W\//, "")
  );
  return candidates.includes(etag.replace(/^W\//, ""));
}

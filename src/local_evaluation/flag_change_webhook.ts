import { type Clock, hasPassed } from "../core/clock.ts";
import { ConfigError } from "../core/errors.ts";
import type { FlagDefinitionsRefresh } from "../core/flag_definitions_refresh.ts";
import { isNonBlank, isRecord } from "../core/guards.ts";
import { isSameSecret } from "../core/secret.ts";
import { findFlagPort } from "../flags/port.ts";
import {
  type RefreshableClientLike,
  refreshFlagDefinitions,
} from "./refresh_flag_definitions.ts";

/** What a {@linkcode flagChangeWebhook} is made of. */
export interface FlagChangeWebhookOptions {
  /**
   * What the sender puts behind `Bearer` in the header `Authorization`: a long random text of ASCII characters, white
   * space around it ignored. Blank or undefined, as a missing environment variable is: no request is accepted.
   */
  readonly secret: string | undefined;
}

/** After this many ms a refresh counts as abandoned: an isolate may drop the request that started it. */
const ABANDONED_AFTER_MS = 15_000;

/** Between two refreshes of a burst, in ms. */
const GAP_MS = 1000;

const UNEXPECTED: FlagDefinitionsRefresh = {
  kind: "failed",
  reason: "Cannot refresh the flag definitions: unexpected failure",
};

/** Refreshes that one request makes at most. */
const MAX_ROUNDS = 3;

/**
 * Creates a fetch handler that refreshes the flag definitions when PostHog tells of a change: the destination of a
 * webhook there, with the header `Authorization: Bearer <secret>`. What the body says does not matter.
 *
 * | answer | when |
 * | --- | --- |
 * | 200 `{ "result": "changed" }` or `"unchanged"` | the shared cache is up to date |
 * | 202 `{ "result": "accepted" }` | a refresh is under way, and will look again for what changed since |
 * | 401 | the secret is missing or wrong; compared in constant time |
 * | 405 | another method than POST |
 * | 502 `{ "result": "failed", "reason": "…" }` | see {@linkcode refreshFlagDefinitions}; the sender may try again |
 * | 503 | `secret` is blank |
 *
 * A burst of calls makes one request to PostHog at a time, and at most one a second, in each isolate.
 *
 * @param posthog The client, with a key and a `flagDefinitionCache`.
 * @returns The handler; never throws or rejects.
 *
 * @example A route of its own
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { flagChangeWebhook, memoryCache, PostHog } from "edgehog";
 * import { createPostHogEmulator } from "edgehog/dev";
 *
 * const { fetch } = createPostHogEmulator();
 * const posthog = new PostHog("phc_x", { personalApiKey: "phx_x", flagDefinitionCache: memoryCache(), fetch });
 * const handleFlagChange = flagChangeWebhook(posthog, { secret: "correct horse battery staple" });
 *
 * const url = "https://shop.example/hooks/flags";
 * const headers = { Authorization: "Bearer correct horse battery staple" };
 * const response = await handleFlagChange(new Request(url, { method: "POST", headers }));
 * assertEquals(await response.json(), { result: "changed" });
 *
 * const forged = await handleFlagChange(new Request(url, { method: "POST" }));
 * assertEquals(forged.status, 401);
 * ```
 */
export function flagChangeWebhook(
  posthog: RefreshableClientLike,
  options: FlagChangeWebhookOptions,
): (request: Request) => Promise<Response> {
  const host = findFlagPort(posthog)?.host;
  const given: unknown = isRecord(options) ? options.secret : undefined;
  const secret = isNonBlank(given) ? given.trim() : undefined;
  if (secret === undefined && host) {
    const message = "Cannot accept flag change webhooks: 'secret' is blank";
    host.reporter.tell(new ConfigError(message, "secret"));
  }
  const refresh = createTakingTurns(
    () => refreshFlagDefinitions(posthog),
    host?.clock,
  );

  return async (request) => {
    // A body that is left alone may hold the connection; how its end goes is nobody's business.
    request.body?.cancel().catch(() => {});
    if (request.method !== "POST") return answer(405, {}, { Allow: "POST" });
    if (secret === undefined) return answer(503);
    const token = /^Bearer +(.+)$/i.exec(
      request.headers.get("Authorization") ?? "",
    )?.[1];
    if (!await isSameSecret(token ?? "", secret)) {
      return answer(401, {}, { "WWW-Authenticate": "Bearer" });
    }
    // Nothing rejects, but for a fault.
    const result = await refresh().catch(() => UNEXPECTED);
    if (!result) return answer(202, { result: "accepted" });
    const { kind, ...rest } = result;
    return answer(kind === "failed" ? 502 : 200, { result: kind, ...rest });
  };
}

/**
 * Lets one caller at a time refresh, without anybody awaiting another request's promise. Who comes meanwhile only
 * leaves word, and gets undefined: the one at work refreshes once more, since the change may be younger than its answer.
 */
function createTakingTurns(
  refresh: () => Promise<FlagDefinitionsRefresh>,
  clock: Clock | undefined,
): () => Promise<FlagDefinitionsRefresh | undefined> {
  let turn: object | undefined;
  let beganAt = -Infinity;
  let isWanted = false;
  return async () => {
    const now = () => clock?.now() ?? 0;
    if (turn && !hasPassed({ now }, beganAt, ABANDONED_AFTER_MS)) {
      isWanted = true;
      return undefined;
    }
    const own = turn = {};
    let result: FlagDefinitionsRefresh;
    let rounds = 0;
    try {
      do {
        const waitMs = beganAt + GAP_MS - now();
        // After an abandoned turn or a clock set back, nothing is waited for.
        if (waitMs > 0 && waitMs <= GAP_MS) await clock?.sleep(waitMs);
        isWanted = false;
        beganAt = now();
        result = await refresh();
      } while (isWanted && ++rounds < MAX_ROUNDS && turn === own);
    } finally {
      if (turn === own) turn = undefined;
    }
    return result;
  };
}

function answer(
  status: number,
  body: Readonly<Record<string, string>> = {},
  headers: Readonly<Record<string, string>> = {},
): Response {
  return Response.json(body, {
    status,
    headers: { "Cache-Control": "no-store", ...headers },
  });
}

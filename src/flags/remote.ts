import { type Clock, runWithin } from "../core/clock.ts";
import { RequestError, type RequestErrorCode } from "../core/errors.ts";
import type { JsonObject } from "../core/json.ts";
import type { Reporter } from "../core/reporter.ts";
import type {
  HttpAnswer,
  HttpDoor,
  HttpOutcome,
  HttpRequest,
} from "../transport/http.ts";
import type {
  EvaluationInput,
  PropertyMap,
} from "../local_evaluation/evaluation/types.ts";
import { toObject } from "../local_evaluation/evaluation/wire.ts";
import { parseRemoteFlags, type RemoteFlags } from "./remote_response.ts";
import type { FlagSettings } from "./types.ts";

/** One logical `/flags` request. */
export interface RemoteRequest {
  /** Whom flags are evaluated for. */
  readonly input: EvaluationInput;
  /** The caller's person properties, without what local evaluation adds. */
  readonly personProperties: PropertyMap;
  /** The flags asked for; undefined: all. Never empty. */
  readonly flagKeys: readonly string[] | undefined;
  /** Whether the server shall not derive `$geoip_*` from the address. */
  readonly disableGeoip: boolean;
}

/** What a `/flags` request brought. `failure` is what exposure events call it. */
export type RemoteResult =
  | { readonly kind: "flags"; readonly response: RemoteFlags }
  | { readonly kind: "failed"; readonly failure: string };

/** Asks PostHog for flag values. */
export interface RemoteEvaluator {
  /** Makes one logical request, retries included. Never rejects. */
  evaluate(request: RemoteRequest): Promise<RemoteResult>;
}

/** What a {@linkcode RemoteEvaluator} is made of. */
export interface RemoteDeps {
  /** The one HTTP door. */
  readonly door: HttpDoor;
  /** The `/flags` endpoint. */
  readonly url: string;
  /** Time and waits. */
  readonly clock: Clock;
  /** Messages and errors. */
  readonly reporter: Reporter;
  /** The client's options. */
  readonly settings: FlagSettings;
}

/** Whatever the option says: more would outlast any deadline. */
const MAX_RETRIES = 5;

/** The first wait; doubled for each further one. */
const BASE_DELAY_MS = 300;

const OUTAGE_KEY = "flags:remote:outage";

/** Creates a {@linkcode RemoteEvaluator}. */
export function createRemoteEvaluator(deps: RemoteDeps): RemoteEvaluator {
  const { url, clock, reporter, settings } = deps;
  const fail = (
    failure: string,
    code: RequestErrorCode,
    reason: string,
    answer?: HttpAnswer,
  ): RemoteResult => {
    const message = `Cannot evaluate feature flags remotely: ${reason}`;
    reporter.warn(message, OUTAGE_KEY);
    reporter.report(
      new RequestError(message, {
        code,
        endpoint: "flags",
        status: answer?.status,
      }),
    );
    return { kind: "failed", failure };
  };
  const readAnswer = (answer: HttpAnswer): RemoteResult => {
    const response = parseRemoteFlags(answer.text);
    if (!response) {
      return fail(
        "unknown_error",
        "unreadable",
        "the answer is no flags response",
        answer,
      );
    }
    if (response.isQuotaLimited) {
      fail(
        "quota_limited",
        "quota",
        "the project is over its billing limits",
        answer,
      );
      return { kind: "flags", response };
    }
    reporter.rearm(OUTAGE_KEY);
    const warning = answer.headers.get("X-PostHog-Rate-Limit-Warning");
    if (warning) {
      reporter.warn(
        `PostHog warns about the rate of /flags requests: ${warning}`,
        "flags:remote:rate",
      );
    }
    return { kind: "flags", response };
  };
  return {
    async evaluate(request) {
      const body = new TextEncoder().encode(
        JSON.stringify(buildBody(request, settings)),
      );
      const timeoutMs = settings.flagsRequestTimeoutMs;
      // One deadline for all attempts, waits and bodies.
      const deadlineAt = clock.now() + timeoutMs;
      const headers = { "Content-Type": "application/json" };
      const result = await runWithin(
        clock,
        timeoutMs,
        (signal) =>
          sendWithRetries(
            deps,
            { method: "POST", url, headers, body, signal },
            deadlineAt,
          ),
      );
      const outcome = result.kind === "done" ? result.value : undefined;
      switch (outcome?.kind) {
        case "ok":
          return readAnswer(outcome);
        case "status":
          return fail(
            `api_error_${outcome.status}`,
            "http",
            `PostHog answered ${outcome.status}`,
            outcome,
          );
        case "network":
          return fail(
            "connection_error",
            "network",
            `PostHog could not be reached: ${outcome.cause.message}`,
          );
        default:
          return fail("timeout", "timeout", "PostHog did not answer in time");
      }
    },
  };
}

/** Sends the same bytes until something else than a passing failure comes back, as long as the deadline allows. */
async function sendWithRetries(
  { door, clock, settings }: RemoteDeps,
  request: HttpRequest,
  deadlineAt: number,
): Promise<HttpOutcome> {
  const maxRetries = Math.min(settings.flagsRequestMaxRetries, MAX_RETRIES);
  for (let retry = 0;; retry++) {
    const outcome = await door.send(request);
    const waitMs = BASE_DELAY_MS * 2 ** retry;
    if (
      !isPassing(outcome) || retry >= maxRetries ||
      clock.now() + waitMs >= deadlineAt
    ) return outcome;
    await clock.sleep(waitMs, request.signal);
  }
}

/** Parity: posthog-node retries flags on these alone; a 503 or 429 asks for fewer requests, not more. */
function isPassing(outcome: HttpOutcome): boolean {
  return outcome.kind === "network" ||
    (outcome.kind === "status" && [502, 504].includes(outcome.status));
}

function buildBody(
  { input, personProperties, flagKeys, disableGeoip }: RemoteRequest,
  settings: FlagSettings,
): JsonObject {
  const groups = [...input.groups];
  return {
    token: settings.projectToken,
    distinct_id: input.distinctId.toWellFormed(),
    groups: Object.fromEntries(groups.map(([type, { key }]) => [type, key])),
    person_properties: toObject(personProperties),
    group_properties: Object.fromEntries(
      groups.map(([type, { properties }]) => [type, toObject(properties)]),
    ),
    geoip_disable: disableGeoip,
    ...(flagKeys &&
      { flag_keys_to_evaluate: flagKeys.map((key) => key.toWellFormed()) }),
    ...(input.deviceId !== undefined &&
      { $device_id: input.deviceId.toWellFormed() }),
    ...(settings.evaluationContexts.length > 0 &&
      { evaluation_contexts: settings.evaluationContexts }),
    // Without it the server guesses from headers, and withholds server-only flags from a fetch-based client.
    evaluation_runtime: "server",
  };
}

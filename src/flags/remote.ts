import type { Bytes } from "../core/bytes.ts";
import type { FeatureHost } from "../client/host.ts";
import { runWithin } from "../core/clock.ts";
import type { HttpOutcome } from "../delivery/http.ts";
import type { Evaluation } from "./evaluation.ts";
import type { CheckedFlagOptions } from "./options.ts";
import type { FlagPort } from "./port.ts";
import { parseRemoteFlags } from "./remote_response.ts";
import { buildRequestError } from "./requests.ts";

/** The first wait before a retry; doubled for each further one. */
const BASE_DELAY_MS = 300;

const OUTAGE_KEY = "flags:remote:outage";

/** The share of the time that the first attempt gets where there are retries. */
const FIRST_SHARE = 2 / 3;

/** Asks PostHog for flag values: one logical request, retries included; notes what it brought. Never rejects. */
export async function requestFlags(
  port: FlagPort,
  evaluation: Evaluation,
): Promise<void> {
  const { host, options, outage } = port;
  const turn = outage.enter();
  if (turn === "skip") {
    evaluation.failure = outage.failure;
    return;
  }
  const { clock, reporter } = host;
  const { featureFlagsRequestTimeoutMs: budgetMs } = options;
  const body = buildBody(host, evaluation);
  // What loading definitions has left.
  const elapsedMs = Math.max(0, clock.now() - evaluation.beganAt);
  const leftMs = Math.max(0, budgetMs - elapsedMs);
  // One deadline for all attempts, waits and bodies, whatever the application's clock says.
  const result = await runWithin(
    clock,
    leftMs,
    (signal) => sendWithRetries(host, options, body, leftMs, signal),
  );
  const outcome: HttpOutcome = result.kind === "done"
    ? result.value
    : { kind: "timeout" };
  const isOk = outcome.kind === "ok";
  const isAnswered = isOk || outcome.kind === "status";
  if (isAnswered) outage.end();
  const response = isOk ? parseRemoteFlags(outcome.text) : undefined;
  evaluation.remote = response;
  if (isOk && response && !response.quotaLimited) {
    reporter.rearm(OUTAGE_KEY);
    if (!response.isTyped && !port.isOlder) {
      port.isOlder = true;
      reporter.debug("PostHog answered /flags without typed values");
    }
    const warning = outcome.headers.get("X-PostHog-Rate-Limit-Warning");
    if (warning) {
      reporter.warn(
        `PostHog warns about the rate of /flags requests: ${warning}`,
        "flags:remote:rate",
      );
    }
    return;
  }
  const error = buildRequestError(
    host,
    "flags",
    "evaluate feature flags remotely",
    outcome,
    response
      ? "the project is over its billing limits"
      : "the answer is no flags response",
    response && "quota",
  );
  // One without an answer says nothing yet: the outage speaks.
  if (isAnswered) reporter.tell(error, "warn", OUTAGE_KEY);
  else reporter.tell(error, "debug");
  // In the words of exposure events.
  const failures: Readonly<Record<string, string>> = {
    network: "connection_error",
    unreadable: "unknown_error",
    http: `api_error_${error.status}`,
  };
  const failure = failures[error.code] ?? error.code;
  if (!isAnswered) outage.fail(turn, failure);
  if (!response) evaluation.failure = failure;
}

/** Sends the same bytes until something else than a passing failure comes back, as long as the one deadline allows. */
async function sendWithRetries(
  { door, clock, options: { host } }: FeatureHost,
  { featureFlagsRequestMaxRetries: maxRetries }: CheckedFlagOptions,
  body: Bytes,
  budgetMs: number,
  signal: AbortSignal,
): Promise<HttpOutcome> {
  const endsAt = clock.now() + budgetMs;
  let timeoutMs = budgetMs * (maxRetries > 0 ? FIRST_SHARE : 1);
  for (let retry = 0;; retry++) {
    const outcome = await door.send({
      method: "POST",
      url: `${host}/flags/?v=4`,
      headers: { "Content-Type": "application/json" },
      body,
      timeoutMs,
      signal,
    });
    // Parity: posthog-node retries flags on these alone; a 503 or 429 asks for fewer requests, not more.
    const isPassing = outcome.kind === "network" ||
      outcome.kind === "timeout" ||
      (outcome.kind === "status" && [502, 504].includes(outcome.status));
    const waitMs = BASE_DELAY_MS * 2 ** retry;
    const leftMs = endsAt - clock.now() - waitMs;
    if (!isPassing || retry >= maxRetries || leftMs <= 0) return outcome;
    await clock.sleep(waitMs, signal);
    timeoutMs = leftMs / (maxRetries - retry);
  }
}

function buildBody(
  { options }: FeatureHost,
  { input, flagKeys, disableGeoip }: Evaluation,
): Bytes {
  const { evaluationContexts } = input;
  const personProperties = Object.fromEntries(input.personProperties);
  // Older SDKs added it; nothing reads it any more.
  delete personProperties["$current_distinct_id"];
  return new TextEncoder().encode(JSON.stringify({
    token: options.apiKey,
    "distinct_id": input.distinctId.toWellFormed(),
    groups: Object.fromEntries(input.groups),
    "person_properties": personProperties,
    "group_properties": Object.fromEntries(
      [...input.groupProperties].map((
        [type, properties],
      ) => [type, Object.fromEntries(properties)]),
    ),
    "geoip_disable": disableGeoip ?? options.disableGeoip ?? true,
    "flag_keys_to_evaluate": flagKeys?.map((key) => key.toWellFormed()),
    $device_id: input.deviceId?.toWellFormed(),
    "evaluation_contexts": evaluationContexts.length > 0
      ? evaluationContexts
      : undefined,
    // Without it the server guesses from headers, and withholds server-only flags from a fetch-based client.
    "evaluation_runtime": "server",
  }));
}

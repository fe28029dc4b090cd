import { getOwn, isNonBlank, isRecord } from "../core/guards.ts";
import type { Hasher } from "../core/hash.ts";
import type { JsonObject } from "../core/json.ts";
import type { UuidSource } from "../core/uuid.ts";
import { buildEvaluationInput, type EvaluationInput } from "../flags/input.ts";
import type {
  FlagDecision,
  FlagOutcome,
} from "../local_evaluation/evaluation/outcome.ts";
import { evaluateFlagSet } from "../local_evaluation/evaluation/passes.ts";
import type { FlagRule } from "../local_evaluation/evaluation/rules.ts";
import { type Answer, buildError } from "./answer.ts";
import type { ReadRequest } from "./incoming.ts";
import type { FlagResult, Project } from "./project.ts";

/** What `POST /flags` is answered with. */
export interface FlagsEndpoint {
  /** Who asks, and the flags. */
  readonly project: Project;
  /** Makes request ids. */
  readonly uuids: UuidSource;
  /** Digests for rollouts. */
  readonly hasher: Hasher;
}

/** `POST /flags/?v=4`: evaluates the project's flags as PostHog does, for what the request says of the person. */
export async function answerFlags(
  { project, uuids, hasher }: FlagsEndpoint,
  { incoming, bodyError }: ReadRequest,
): Promise<Answer> {
  const { body, receivedAt, query } = incoming;
  if (query["v"] !== "2" && query["v"] !== "4") {
    return refuse(
      "invalid_input",
      "Only versions 2 and 4 are spoken here: /flags/?v=4",
    );
  }
  if (!isRecord(body)) {
    return refuse("parse_error", bodyError ?? "The body is not an object");
  }
  const token = getOwn(body, "token") ?? getOwn(body, "api_key");
  if (!project.acceptsToken(token)) {
    return buildError(
      401,
      "authentication_error",
      "invalid_api_key",
      "The token is not valid",
    );
  }
  const distinctId = getOwn(body, "distinct_id");
  if (!isNonBlank(distinctId)) {
    return refuse("required", "The distinct_id is missing");
  }
  const head = {
    requestId: uuids(receivedAt),
    evaluatedAt: receivedAt,
  };
  if (project.quotas.has("feature_flags")) {
    return {
      status: 200,
      body: {
        flags: {},
        errorsWhileComputingFlags: false,
        quotaLimited: ["feature_flags"],
        ...head,
      },
    };
  }
  const input = buildEvaluationInput({
    distinctId,
    deviceId: getOwn(body, "$device_id"),
    personProperties: getOwn(body, "person_properties"),
    groups: getOwn(body, "groups"),
    groupProperties: getOwn(body, "group_properties"),
    evaluationContexts: readTexts(getOwn(body, "evaluation_contexts")),
    now: receivedAt,
  });
  const records = await evaluateForRuntime(project, input, body, hasher);
  const gate = project.flags.definitions.minimalFlagCalledEvents &&
    { minimalFlagCalledEvents: true };
  const flags = Object.fromEntries(
    records.map((record) => [
      record.key,
      query["v"] === "4" ? { ...record } : toVersion2(record),
    ]),
  );
  const errorsWhileComputingFlags = records.some(({ failed }) =>
    failed === true
  );
  return {
    status: 200,
    body: { flags, errorsWhileComputingFlags, ...head, ...gate },
  };
}

async function evaluateForRuntime(
  { flags }: Project,
  input: EvaluationInput,
  body: Record<string, unknown>,
  hasher: Hasher,
): Promise<readonly FlagResult[]> {
  const keys = readTexts(getOwn(body, "flag_keys_to_evaluate"));
  const runtime = getOwn(body, "evaluation_runtime");
  const outcomes = await evaluateFlagSet(
    flags.definitions,
    input,
    keys,
    hasher,
  );
  const records: (FlagResult | undefined)[] = flags.results.filter(({ key }) =>
    keys?.includes(key) !== false
  );
  for (const [key, outcome] of outcomes) {
    const flag = flags.definitions.flags.get(key);
    const payloads = flags.payloads.get(key) ?? {};
    records.push(flag && toRecord(flag, outcome, payloads));
  }
  return records.filter((record) => record !== undefined)
    // A caller whose runtime is unknown gets the flags that are for all runtimes.
    .filter(({ key }) =>
      [undefined, "all", runtime].includes(flags.runtimes.get(key))
    );
}

/** The record as servers before version 4 have it: without rules, and with a number or an object for a payload. */
function toVersion2(
  { value, metadata, ...rest }: FlagResult,
): JsonObject {
  const {
    config_version: _version,
    rule_type: _type,
    rule_id: _id,
    variant_key: _variant,
    experiment_id: _experiment,
    ...kept
  } = metadata;
  const isData = typeof value === "number" || isRecord(value);
  return {
    ...rest,
    enabled: value !== false && value !== null,
    variant: typeof value === "string" ? value : null,
    metadata: isData ? { ...kept, payload: JSON.stringify(value) } : kept,
  };
}

/** Builds a flag's record; undefined for what PostHog leaves out: inactive flags, other contexts. */
function toRecord(
  flag: FlagRule,
  outcome: FlagOutcome,
  payloads: JsonObject,
): FlagResult | undefined {
  switch (outcome.kind) {
    case "omitted":
      return undefined;
    case "value":
      return outcome.reason === "flag_disabled"
        ? undefined
        : buildRecord(flag, outcome, payloads);
    case "missing-group":
      return buildRecord(flag, buildFalse("no_group_type"), payloads);
    case "inconclusive":
    case "requires-server":
      // PostHog would look further, into its database. Nothing more is known of anybody here: no match.
      return buildRecord(flag, buildFalse("no_condition_match"), payloads);
  }
}

function buildFalse(reason: FlagDecision["reason"]): FlagDecision {
  return { kind: "value", value: false, reason, conditionIndex: undefined };
}

function buildRecord(
  flag: FlagRule,
  { value, reason, conditionIndex }: FlagDecision,
  payloads: JsonObject,
): FlagResult {
  const matched = conditionIndex === undefined
    ? ""
    : ` (condition set ${conditionIndex + 1})`;
  return {
    key: flag.key,
    value,
    reason: {
      code: reason,
      condition_index: conditionIndex ?? null,
      description: `${reason.replaceAll("_", " ")}${matched}`,
    },
    metadata: {
      id: flag.id ?? 0,
      version: flag.version ?? 0,
      "config_version": 1,
      description: null,
      payload: readPayload(payloads, value),
      ...(flag.hasExperiment !== undefined &&
        { has_experiment: flag.hasExperiment }),
    },
  };
}

/** The payload as the JSON text that goes on the wire. */
function readPayload(
  payloads: JsonObject,
  value: boolean | string,
): string | null {
  const payload = value === false ? undefined : getOwn(payloads, String(value));
  if (payload === undefined) return null;
  return typeof payload === "string" ? payload : JSON.stringify(payload);
}

function readTexts(json: unknown): readonly string[] | undefined {
  return Array.isArray(json)
    ? json.filter((item) => typeof item === "string")
    : undefined;
}

function refuse(code: string, detail: string): Answer {
  return buildError(400, "validation_error", code, detail);
}

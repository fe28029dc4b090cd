import type { Caller } from "../client/host.ts";
import { warnOfForeignNames } from "../core/foreign_names.ts";
import {
  describeType,
  isRecord,
  isText,
  readList,
  toId,
} from "../core/guards.ts";
import { toLine } from "../core/logger.ts";
import type { Evaluation } from "./evaluation.ts";
import { buildEvaluationInput } from "./input.ts";
import type { LocalDefinitions } from "./local.ts";
import type { FlagOverrides } from "./overrides.ts";
import type { FlagPort } from "./port.ts";
import type { PropertyOverrides } from "./property_overrides.ts";
import { requestFlags } from "./remote.ts";
import { createSnapshot, type FeatureFlagEvaluations } from "./snapshot.ts";
import { ofType } from "./wire.ts";

/** The options among the arguments of `evaluateFlags`: they may stand in place of the distinct id. */
export function readOptions(
  first: unknown,
  second: unknown,
): Readonly<Record<string, unknown>> {
  return isRecord(first) ? first : isRecord(second) ? second : {};
}

/** The flags of one client. */
export interface ClientFlags extends FlagPort {
  /** The properties set through the client, under its host, and through scopes. */
  readonly properties: WeakMap<object, PropertyOverrides>;
  /** The overrides in force. */
  overrides: FlagOverrides;
}

/** The properties set through the caller, to be added to. */
export function findProperties(
  { host, properties }: ClientFlags,
  caller: Caller,
): PropertyOverrides {
  const owner = caller.isScope ? caller : host;
  const own = properties.get(owner) ??
    { person: new Map(), groups: new Map() };
  properties.set(owner, own);
  return own;
}

/**
 * Reads the argument forms of `evaluateFlags`; undefined when there is nobody, or nothing, to evaluate for.
 *
 * @param onlyKey The only flag, whatever the options say.
 */
export function readEvaluation(
  { host, options, exposures, properties, overrides }: ClientFlags,
  caller: Caller,
  first: unknown,
  second: unknown,
  onlyKey?: string,
): Evaluation | undefined {
  const { reporter } = host;
  if (host.isClosed()) return undefined;
  const given = readOptions(first, second);
  warnOfForeignNames(reporter, given);
  const { distinctId: named, flagKeys, onlyEvaluateLocally, disableGeoip } =
    given;
  const positional = isRecord(first) ? undefined : first ?? undefined;
  if (positional !== undefined && named !== undefined) {
    reporter.debug("Two distinct ids were given; the positional one is used");
  }
  const { context } = caller;
  const own = toId(positional ?? named);
  const distinctId = own ?? toId(context?.distinctId);
  if (distinctId === undefined) {
    reporter.warn("Cannot evaluate feature flags: a distinct id is missing");
    return undefined;
  }
  const asked: unknown = onlyKey === undefined ? flagKeys : [onlyKey];
  const texts = readList(asked)?.filter(isText);
  if (texts ? texts.length !== Object(asked).length : asked ?? false) {
    reporter.warn(
      texts
        ? "Option 'flagKeys' takes up to 10,000 strings; the other keys are left out"
        : `Cannot use 'flagKeys': expected a list of strings, got ${
          describeType(asked)
        }`,
    );
  }
  if (texts?.length === 0) return undefined;
  const { evaluationContexts } = options;
  return {
    caller,
    beganAt: host.clock.now(),
    exposures,
    sendsExposures: ofType(given["sendFeatureFlagEvents"], "boolean") ??
      options.sendFeatureFlagEvent,
    input: buildEvaluationInput(
      { distinctId, evaluationContexts, now: 0 },
      given,
      [host, caller].map((owner) => properties.get(owner)),
    ),
    isNamed: own !== undefined || context?.isNamed === true,
    flagKeys: texts && [...new Set(texts)],
    onlyEvaluateLocally: ofType(onlyEvaluateLocally, "boolean") ??
      options.strictLocalEvaluation,
    disableGeoip: ofType(disableGeoip, "boolean"),
    overrides,
    records: new Map(),
    omitted: new Set(),
    undecided: new Map(),
    unservable: new Map(),
  };
}

/**
 * Evaluates: locally where definitions decide, with at most one `/flags` request for the rest; nothing is loaded where
 * overrides answer everything. Without an evaluation, the snapshot for nobody. Never rejects.
 *
 * @param loading A load already begun.
 */
export async function evaluate(
  flags: ClientFlags,
  evaluation: Evaluation | undefined,
  loading?: Promise<LocalDefinitions | undefined>,
): Promise<FeatureFlagEvaluations> {
  if (evaluation) await fillIn(flags, evaluation, loading);
  return createSnapshot(flags, evaluation);
}

/** As many flags are named in a warning. */
const MAX_NAMED = 5;

const ERRORS_KEY = "flags:remote:errors";

const NO_DEFINITIONS =
  "Cannot evaluate flags locally: the client needs local evaluation, with a secret key or a flagDefinitionCache";

/** Says what costs a request each time, or an answer: once for each version of the definitions, and for each outage. */
function warnOfSlowFlags(
  { host: { reporter }, options }: ClientFlags,
  { unservable, definitions, remote }: Evaluation,
): void {
  if (remote?.errorsWhileComputingFlags) {
    reporter.warn(
      "PostHog could not compute every flag (errorsWhileComputingFlags): flags may be missing",
      ERRORS_KEY,
    );
  } else if (remote) reporter.rearm(ERRORS_KEY);
  if (unservable.size === 0 || !options.featureFlagsLogWarnings) return;
  const named = [...unservable].slice(0, MAX_NAMED)
    .map(([key, reason]) => toLine(`"${key}" (${reason})`));
  const more = unservable.size - named.length;
  const message = `Flags can't be decided locally: ${named.join(", ")}${
    more > 0 ? ` and ${more} more` : ""
  }. Each evaluation of them asks PostHog: leave them out of 'flagKeys', or set 'strictLocalEvaluation'`;
  const onceKey = `flags:slow:${definitions?.etag ?? message}`;
  reporter.warn(message, onceKey, Infinity);
}

/** Where the flags came from; why one was not decided locally is told by itself. */
function describeDecisions(
  { records, undecided, failure }: Evaluation,
): string {
  const counts = { local: 0, remote: 0, override: 0 };
  for (const { source } of records.values()) counts[source]++;
  return `Flags decided: ${counts.local} locally, ${counts.remote} by PostHog, ${counts.override} overridden, ${undecided.size} undecided${
    failure ? ` (${failure})` : ""
  }`;
}

async function fillIn(
  flags: ClientFlags,
  evaluation: Evaluation,
  loading: Promise<LocalDefinitions | undefined> | undefined,
): Promise<void> {
  const { flagKeys, records, omitted, undecided, overrides } = evaluation;
  const { reporter } = flags.host;
  for (const key of flagKeys ?? overrides.flags.keys()) {
    const value = overrides.flags.get(key);
    const source = "override";
    if (value !== undefined) {
      records.set(key, { value, source, reason: source });
    } else if (overrides.flags.has(key)) omitted.add(key);
  }
  if (records.size + omitted.size !== flagKeys?.length) {
    const definitions = await (loading ?? flags.local?.access(evaluation));
    evaluation.definitions = definitions;
    evaluation.input.now = flags.host.clock.now();
    const needsServer = await definitions?.evaluate(evaluation) ?? true;
    if (needsServer && !evaluation.onlyEvaluateLocally) {
      await requestFlags(flags, evaluation);
      const response = evaluation.remote;
      for (const [key, record] of response?.flags ?? []) {
        // A local value is never overwritten, and what the requested flags depend on was not asked for.
        if (
          !records.has(key) && !omitted.has(key) &&
          flagKeys?.includes(key) !== false
        ) {
          records.set(key, record);
          undecided.delete(key);
        }
      }
      if (response) definitions?.noteMissing(evaluation, response);
    } else if (!flags.local?.state) {
      // Nobody is asked, and there is no way to get any.
      reporter.warn(NO_DEFINITIONS, NO_DEFINITIONS);
    }
    warnOfSlowFlags(flags, evaluation);
    reporter.debug(() => describeDecisions(evaluation));
  }
  for (const [key, payload] of overrides.payloads) {
    const record = records.get(key);
    if (record) records.set(key, { ...record, payload });
  }
}

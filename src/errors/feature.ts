import {
  CAPTURE_ESCAPED,
  type CaptureEscaped,
  isControlFlow,
} from "../client/escaped.ts";
import type { Feature } from "../client/feature.ts";
import type {
  Caller,
  FeatureHost,
  FeatureMaker,
  MadeFeature,
  Verb,
} from "../client/host.ts";
import type {
  EventDraft,
  FlagPropertiesSource,
  SealProperties,
} from "../core/event.ts";
import { warnOfForeignNames } from "../core/foreign_names.ts";
import { describeType, isObject, isRecord, isText } from "../core/guards.ts";
import { findBuildIds } from "../core/runtime.ts";
import type { OptionReader } from "../options/reader.ts";
import { buildException, type ExceptionInput } from "./build.ts";
import type { ExceptionMethods } from "./call_options.ts";
import { takeCallSite } from "./call_site.ts";
import { ChunkIds } from "./chunk_ids.ts";
import { read } from "./reads.ts";
import { RateLimiter, type RateLimits } from "./rate_limiter.ts";
import { sealException } from "./seal.ts";
import { type ExceptionTree, listTree } from "./tree.ts";
import {
  type ErrorTrackingOptions,
  type FrameOptions,
  MANUAL,
} from "./types.ts";

/** Error tracking, as `createClient` takes it. */
export interface ErrorTrackingFeature extends Feature {
  /** What a client gains by it; there is no such member when the code runs. */
  readonly "~types"?: {
    /** On the client and on scopes. */
    readonly verbs: ExceptionMethods;
    /** On the client alone. */
    readonly clientVerbs: object;
    /** Among the client's options. */
    readonly options: ErrorTrackingOptions;
  };
}

/** The members of `CaptureExceptionInput`. */
const MEMBERS: readonly string[] =
  "distinctId properties options uuid flags level fingerprint timestamp groups disableGeoip mechanism source"
    .split(" ");

type CheckedOptions = FrameOptions & RateLimits;

/**
 * Adds error tracking to a client: `captureException` on it and on its scopes, and the capture of what escapes a
 * handler that `withPostHog` wraps. Takes {@linkcode ErrorTrackingOptions} among the client's options.
 */
export function errorTracking(): ErrorTrackingFeature {
  const feature: ErrorTrackingFeature & FeatureMaker<CheckedOptions> = {
    name: "errorTracking",
    verbs: ["captureException", "captureExceptionImmediate", CAPTURE_ESCAPED],
    check: (read): CheckedOptions => ({
      projectRoot: read.text("projectRoot"),
      inAppInclude: readPatterns(read, "inAppInclude"),
      inAppExclude: readPatterns(read, "inAppExclude"),
      exceptionRateLimiterBucketSize: read.integer(
        "exceptionRateLimiterBucketSize",
        10,
      ),
      exceptionRateLimiterRefillRate: read.number(
        "exceptionRateLimiterRefillRate",
        1,
        0,
      ),
    }),
    make: (host, checked) => new ErrorTracking(host, checked),
  };
  return feature;
}

function readPatterns(
  read: OptionReader,
  option: string,
): readonly (string | RegExp)[] | undefined {
  return read.list(
    option,
    "a list of strings and regular expressions",
    (item) => isText(item) || item instanceof RegExp,
  );
}

/** The errors of one client and of its scopes. */
class ErrorTracking implements MadeFeature {
  declare readonly verbs: MadeFeature["verbs"];
  readonly neutral = { captureExceptionImmediate: resolveNothing };
  readonly #host: FeatureHost;
  readonly #options: CheckedOptions;
  readonly #limiter: RateLimiter;
  readonly #chunkIds = new ChunkIds();
  readonly #captured = new WeakSet<object>();

  constructor(host: FeatureHost, options: CheckedOptions) {
    this.#host = host;
    this.#options = options;
    this.#limiter = new RateLimiter(options, host.clock);
    this.verbs = {
      captureException: this.#createVerb((caller, draft) =>
        draft && caller.capture(draft)
      ),
      captureExceptionImmediate: this.#createVerb((caller, draft) =>
        draft ? caller.captureImmediate(draft) : resolveNothing()
      ),
      [CAPTURE_ESCAPED]: (
        caller: Caller,
        ...args: Parameters<CaptureEscaped>
      ) => this.#captureEscaped(caller, ...args),
    };
  }

  /** A function without a name, and not `async`: see {@linkcode takeCallSite}. */
  #createVerb(
    put: (caller: Caller, draft: EventDraft | undefined) => unknown,
  ): Verb {
    return (caller: Caller, ...args: unknown[]) => {
      // Before anything that may call back, such as a getter of the error.
      const { entry } = caller;
      const [error] = args;
      if (!this.#accepts(caller, error)) return put(caller, undefined);
      const nodes = listTree(error);
      const callSite = nodes[0].frames ? undefined : takeCallSite(entry);
      const message = this.#readCall(args);
      const input = { boundary: MANUAL, overrides: message, callSite };
      return put(caller, {
        event: "$exception",
        message,
        seal: this.#describe(caller, error, nodes, input).seal,
      });
    };
  }

  #captureEscaped(
    caller: Caller,
    ...[error, boundary, properties]: Parameters<CaptureEscaped>
  ): void {
    if (
      !this.#accepts(caller, error) || isControlFlow(error) ||
      this.#captured.has(error as object)
    ) return;
    const nodes = listTree(error);
    const { type, seal } = this.#describe(caller, error, nodes, { boundary });
    if (!this.#limiter.take(type)) {
      return this.#host.reporter.debug(
        "Cannot capture an exception: too many of its type",
      );
    }
    caller.capture({
      event: "$exception",
      message: { properties },
      seal,
    });
  }

  #describe(
    caller: Caller,
    error: unknown,
    nodes: ExceptionTree,
    input: ExceptionInput,
  ): { readonly type: string; readonly seal: SealProperties } {
    const { chunkIds, releaseId } = findBuildIds();
    const built = buildException(nodes, {
      ...input,
      frames: this.#options,
      chunkIds: this.#chunkIds.read(chunkIds),
      releaseId,
      reporter: this.#host.reporter,
    });
    if (Object(error) === error) this.#captured.add(error as object);
    const seal = sealException(built, caller.context?.traceContext);
    return { type: built.type, seal };
  }

  #accepts(caller: Caller, error: unknown): boolean {
    // Nothing is asked of the error until then: reading its stack is what makes an engine format it.
    if (!caller.checkOpen()) return false;
    const { random, reporter } = this.#host;
    try {
      // A Worker's global scope refuses these and stops the clock, so they are asked for before the time is.
      random(new Uint8Array(1));
    } catch (cause) {
      reporter.drop({ reason: "gate", lane: "analytics", event: "$exception" });
      throw cause;
    }
    // Another library's mark, as posthog-js sets it. A mark of our own would fail on a frozen error.
    if (read(error, "__posthog_previously_captured_error") !== true) {
      return true;
    }
    reporter.debug("The exception was captured before");
    return false;
  }

  /** What a call says beside the error: in an object, or in places. */
  #readCall(
    [, second, properties, fourth, fifth]: readonly unknown[],
  ): Readonly<Record<string, unknown>> {
    const { reporter } = this.#host;
    const isFlags = isSnapshot(second);
    if (!isFlags && isRecord(second)) {
      const unknown = warnOfForeignNames(reporter, second)
        .filter((name) => !MEMBERS.includes(name));
      const warn = (what: string) => {
        const text = `Cannot use ${what} of 'captureException'`;
        reporter.warn(text, text);
      };
      if (unknown.length > 0) warn(`'${unknown.join("', '")}'`);
      if ((properties ?? fourth ?? fifth ?? null) !== null) {
        warn("what stands behind the object");
      }
      return Object.fromEntries(MEMBERS.map((name) => [name, second[name]]));
    }
    const options = this.#readOptions(fourth);
    const { flags = fifth ?? (isFlags ? second : undefined) } = options;
    const distinctId = isFlags ? undefined : second;
    return { ...options, distinctId, properties, flags };
  }

  /** Parity: posthog-node takes a uuid in fourth place, or a snapshot. */
  #readOptions(fourth: unknown): Readonly<Record<string, unknown>> {
    if (isText(fourth)) return { uuid: fourth };
    if (isSnapshot(fourth)) return { flags: fourth };
    if (isRecord(fourth)) {
      warnOfForeignNames(this.#host.reporter, fourth);
      return fourth;
    }
    if (fourth !== undefined && fourth !== null) {
      this.#host.reporter.warn(
        `Cannot use 'options': expected an object, got ${describeType(fourth)}`,
      );
    }
    return {};
  }
}

function isSnapshot(value: unknown): value is FlagPropertiesSource {
  return isObject(value) && typeof value["toEventProperties"] === "function";
}

function resolveNothing(): Promise<undefined> {
  return Promise.resolve(undefined);
}

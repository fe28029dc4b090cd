import type { Clock } from "../core/clock.ts";
import type {
  EventContext,
  EventPreparation,
  ImmediateEventSink,
} from "../core/event.ts";
import { isNonBlank, isObject, isText } from "../core/guards.ts";
import type { RandomSource } from "../core/random.ts";
import type { Reporter } from "../core/reporter.ts";
import type { OptionReader } from "../options/reader.ts";
import type { HttpDoor } from "../delivery/http.ts";
import type { Feature } from "./feature.ts";

/** Who calls a verb: the client, or the scope of a request. Also the sink for what it captures. */
export interface Caller extends ImmediateEventSink {
  /** Whether it is the scope of a request. */
  readonly isScope: boolean;
  /** Whether a `waitUntil` keeps the runtime alive for its promises. */
  readonly isKept: boolean;
  /** What its request knows at this moment; undefined on the client. */
  readonly context: EventContext | undefined;
  /** The function that the application called to get here: the stack of the call starts below it. */
  readonly entry: ((...args: never[]) => unknown) | undefined;
  /** Keeps the runtime alive for a promise, where there is a `waitUntil`; false when the runtime refused. Never throws. */
  keepAlive(promise: Promise<unknown>): boolean;
}

/** A verb: a function of its caller and of what the application passed. What it throws is contained by the kernel. */
export type Verb = (caller: Caller, ...args: never[]) => unknown;

/** What the kernel offers to a feature. */
export interface FeatureHost {
  /** Time and waits. */
  readonly clock: Clock;
  /** Random bytes. */
  readonly random: RandomSource;
  /** Tells the application what happened. */
  readonly reporter: Reporter;
  /** The one way out over HTTP. */
  readonly door: HttpDoor;
  /** The options that more than one feature goes by, checked. */
  readonly options: HostOptions;
  /** Whether the client is disabled or was shut down. */
  isClosed(): boolean;
}

/** See {@linkcode FeatureHost.options}. */
export interface HostOptions {
  /** The project token. */
  readonly apiKey: string;
  /** Without trailing slash. */
  readonly host: string;
  /** The deadline of one request in ms. */
  readonly requestTimeout: number;
  /** Undefined when the application said nothing: then it is true, and steps back for a scope's `$ip`. */
  readonly disableGeoip: boolean | undefined;
}

/**
 * What a feature is to the kernel. It only describes: what belongs to one client is made by
 * {@linkcode FeatureMaker.make}, so the same feature may be handed to several clients.
 */
export interface FeatureMaker<Checked = unknown> extends Feature {
  /** The verbs that it gives to the client alone. */
  readonly clientVerbs?: readonly PropertyKey[];
  /** The member of a captured message that it evaluates before the event is sent (see {@linkcode MadeFeature.prepareEvent}). */
  readonly eventMember?: string;
  /** Reads and reports its options, under the names that applications write; runs when the client is built. */
  check(read: OptionReader): Checked;
  /** Makes what belongs to one client; runs at its first use, at the latest at shutdown. */
  make(host: FeatureHost, checked: Checked): MadeFeature;
}

/** Whether the value is a feature as the kernel wants it. */
export function isFeatureMaker(value: unknown): value is FeatureMaker {
  return isObject(value) && isNonBlank(value["name"]) &&
    isNameList(value["verbs"]) && isNameList(value["clientVerbs"] ?? []) &&
    typeof value["check"] === "function" && typeof value["make"] === "function";
}

function isNameList(value: unknown): value is readonly PropertyKey[] {
  return Array.isArray(value) &&
    value.every((name) => isText(name) || typeof name === "symbol");
}

/** A feature of one client. */
export interface MadeFeature {
  /** Each verb that the feature names. */
  readonly verbs: Readonly<Record<PropertyKey, Verb>>;
  /** What verbs answer that fail, where undefined would be no answer. */
  readonly neutral?: Readonly<Record<PropertyKey, (caller: Caller) => unknown>>;
  /**
   * Reads the member {@linkcode FeatureMaker.eventMember} of a message that has it, and not as false; undefined where
   * nothing is to be evaluated.
   */
  prepareEvent?(
    caller: Caller,
    message: Readonly<Record<string, unknown>>,
  ): EventPreparation | undefined;
  /** What a flush waits for first, within its time; undefined where that is nothing. */
  settle?(timeoutMs: number | undefined): Promise<void> | undefined;
  /** Releases what it holds until the deadline aborts. */
  shutdown?(deadline: AbortSignal): Promise<void>;
  /** What other entries of the package reach it by. */
  readonly port?: object;
}

/**
 * Where a client offers the ports of its features to other entries: a registered symbol, so that the module formats of
 * one package find it on each other's clients.
 */
export const FIND_PORT: unique symbol = Symbol.for("edgehog.findPort");

/** Where a client offers what stands behind it to `edgehog/testing`, which puts another kernel there for a time. */
export const TEST_SLOT: unique symbol = Symbol.for("edgehog.test");

/** The port that a feature of a client offers; undefined for anything that is no client, or lacks that feature. */
export function findPort(client: unknown, feature: string): unknown {
  try {
    const find = Object(client)[FIND_PORT] as unknown;
    return typeof find === "function" ? find.call(client, feature) : undefined;
  } catch {
    // A wrapper that refuses the question is no client of this package.
    return undefined;
  }
}

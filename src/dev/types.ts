import type { Clock } from "../core/clock.ts";
import type { Lane } from "../core/delivery.ts";
import type { Hasher } from "../core/hash.ts";
import type { JsonObject, JsonValue } from "../core/json.ts";
import type { Logger } from "../core/logger.ts";
import type { MaybePromise } from "../core/platform.ts";
import type { RandomSource } from "../core/random.ts";

/** The endpoints that the emulator answers, without a trailing slash; a flag's key is percent-encoded. */
export type EmulatorPath =
  | `/api/projects/${string}/feature_flags/${string}/remote_config`
  | "/batch"
  | "/flags"
  | "/flags/definitions"
  | "/i/v0/ai/batch"
  | "/i/v1/ai/events"
  | "/i/v1/analytics/events";

/** What a team's quota can run out of. */
export type EmulatorQuota = "events" | "feature_flags";

/** Flag definitions, as PostHog's definitions endpoint serves them. */
export interface EmulatorFlagDefinitions {
  /**
   * The flag rows. One with a `value` is evaluated by nobody: `/flags` answers it as it is, with its `reason` and
   * `metadata`, as for a flag with rules (config version 2). Definitions have it only with `filters`, and nothing of that.
   */
  readonly flags: readonly object[];
  /** Group type index to group type name. Default `{}`. */
  readonly "group_type_mapping"?: Readonly<Record<string, string>>;
  /** Cohort id to its property group. Default `{}`. */
  readonly "cohorts"?: Readonly<Record<string, object>>;
  /** The gate of minimal exposure events. Default: off. */
  readonly "minimal_flag_called_events"?: boolean;
  /** The matching version of `exact`. Default: left out, which means 1. */
  readonly "property_matching_version"?: number;
}

/**
 * Where an emulator keeps what must survive it: a text that only grows, such as a file. One emulator writes to it at a
 * time, and never begins an `append` before the last one has settled.
 *
 * @example A store of the test's own: what was acknowledged is there after a restart
 * ```ts
 * import { PostHog } from "edgehog";
 * import { createPostHogEmulator, type EmulatorStore } from "edgehog/dev";
 * import { assertEquals } from "@std/assert";
 *
 * let kept = "";
 * const store: EmulatorStore = {
 *   read: () => kept,
 *   append: (text) => void (kept += text),
 * };
 * const posthog = new PostHog("phc_example", { fetch: createPostHogEmulator({ store }).fetch });
 * posthog.capture({ distinctId: "user-1", event: "order placed" });
 * await posthog.shutdown();
 *
 * const restarted = createPostHogEmulator({ store });
 * await restarted.ready();
 * assertEquals(restarted.events.map(({ event }) => event), ["order placed"]);
 * ```
 */
export interface EmulatorStore {
  /** Gives all that was appended so far; the empty text before anything was. Called once. */
  read(): MaybePromise<string>;
  /**
   * Appends `text`, which is one or more whole lines, and settles when it is safe from a crash of the process. Where it
   * throws or rejects, the request that it was for is answered with 503, and nothing of it counts as accepted.
   */
  append(text: string): MaybePromise<void>;
}

/** What an emulator is made of; everything has a default. */
export interface EmulatorOptions {
  /**
   * Where accepted events and edited flags (`editFlags`) are kept, each before its request is answered, and read again
   * at the first request. A last line that a crash tore is skipped, and the logger told. Edited flags come back as long
   * as `flags` is what it was when they were edited. Default: memory alone.
   */
  readonly store?: EmulatorStore | undefined;
  /** Hears what of the store could not be read or written. Default: the console. */
  readonly logger?: Logger | undefined;
  /** The project's flags. Default: none. */
  readonly flags?: EmulatorFlagDefinitions | undefined;
  /** The only project key accepted. Default: any that is not blank and is no secret (`phx_…`, `phs_…`). */
  readonly projectToken?: string | undefined;
  /**
   * The only key that may read definitions and remote config. Default: any that is not blank. A remote config with
   * `has_encrypted_payloads` is decrypted for a personal key (`phx_…`) alone.
   */
  readonly secretKey?: string | undefined;
  /** Time: stamps and delays. Default: the platform's. */
  readonly clock?: Clock | undefined;
  /** Randomness: request ids. Default: the platform's. */
  readonly random?: RandomSource | undefined;
  /** Digests: rollouts. Default: SHA-1 through Web Crypto. */
  readonly hasher?: Hasher | undefined;
}

/** A request at the moment it arrived. */
export interface IncomingRequest {
  /** The HTTP method. */
  readonly method: string;
  /** The URL as it was asked for. */
  readonly url: string;
  /** The path without a trailing slash. */
  readonly path: string;
  /** The query parameters. */
  readonly query: Readonly<Record<string, string>>;
  /** The headers by lower-case name. `authorization` is there in full: don't print it. */
  readonly headers: Readonly<Record<string, string>>;
  /** The body, decompressed: JSON as its value, anything else as text; undefined without a readable body. */
  readonly body: JsonValue | undefined;
  /** The body's length as it was sent, in bytes. */
  readonly bodyBytes: number;
  /** When it arrived, in ms since the epoch. */
  readonly receivedAt: number;
}

/** A request with what became of it. */
export interface ReceivedRequest extends IncomingRequest {
  /** The status answered; 0 while there is none, and for good when the connection was dropped. */
  readonly status: number;
  /** The answer's headers by lower-case name; none where there was no answer. */
  readonly answerHeaders: Readonly<Record<string, string>>;
  /** The length of the answer's body in bytes, as the emulator wrote it. */
  readonly answerBytes: number;
}

/**
 * An event as it was sent, in one shape for all endpoints: that of `/batch/`, so that one assertion holds for every
 * protocol. What v1 writes beside the properties is put back among them: `session_id` and `window_id` as
 * `$session_id` and `$window_id`, the options as `$process_person_profile`, `$cookieless_mode`, `$ignore_sent_at`
 * and `$product_tour_id`, and `PostHog-Sdk-Info` as `$lib` and `$lib_version`. A `distinct_id` among the properties,
 * which v1 leaves out where it repeats the event's own, stays out. The bodies as sent are in `requests`.
 */
export interface IncomingEvent {
  /** The event's uuid. */
  readonly uuid: string;
  /** The event's name. */
  readonly event: string;
  /** Whom the event is about. */
  readonly distinctId: string;
  /** All properties. */
  readonly properties: JsonObject;
  /** When it happened, as the client wrote it. */
  readonly timestamp: string;
  /** The lane it came in by. */
  readonly lane: Lane;
}

/** An event that was accepted, once for each time it arrived. */
export interface ReceivedEvent extends IncomingEvent {
  /** When it arrived, in ms since the epoch. */
  readonly receivedAt: number;
  /** 1 when its uuid arrived for the first time, 2 for the second, … */
  readonly arrival: number;
}

/**
 * What v1 answers for one event. Only `ok` and `warning` store it; a `retry` makes the answer carry
 * `Retry-After: 1`. Any other word is answered as it is: a client must survive what it does not know.
 */
export interface EventResult {
  /** The word that decides what the client does. */
  readonly result:
    | "ok"
    | "warning"
    | "drop"
    | "limited"
    | "retry"
    | (string & Record<never, never>);
  /** The reason beside it, such as `not_persisted`. Default: none. */
  readonly details?: string | undefined;
}

/** Decides the result of each event that arrives by v1; undefined leaves it to the emulator. */
export type EventPolicy = (
  event: IncomingEvent,
  request: IncomingRequest,
) => EventResult | undefined;

/** What goes wrong with a request. An empty fault is a normal answer. */
export interface Fault {
  /** Answer this status, and do nothing of what was asked. */
  readonly status?: number | undefined;
  /** The body beside `status`: a string as it is, anything else as JSON. Default: a PostHog error. */
  readonly body?: JsonValue | undefined;
  /** The `Retry-After` header: seconds, or a text sent as it is. */
  readonly retryAfter?: number | string | undefined;
  /** Wait before the request is looked at, in ms. A caller who gives up meanwhile leaves no trace but in `requests`. */
  readonly delayMs?: number | undefined;
  /** Wait between carrying the request out and answering, in ms: who gives up meanwhile does not know that it worked. */
  readonly answerDelayMs?: number | undefined;
  /**
   * Lose the connection: before the request is looked at (`connection`), when it was carried out (`answer`), or
   * halfway through the answer's body (`body`). In process the first two are a rejected `fetch`.
   */
  readonly drop?: "connection" | "answer" | "body" | undefined;
}

/** A fault that waits for its request. */
export interface PlannedFault extends Fault {
  /** The endpoint it waits at. Default: any. */
  readonly path?: EmulatorPath | undefined;
  /** The number of requests it hits. Default 1. */
  readonly times?: number | undefined;
}

/** Decides the fault of each request that no planned one hits. */
export type FaultPolicy = (request: IncomingRequest) => Fault | undefined;

/** What changed in an emulator. */
export type EmulatorChange =
  /** An event was accepted. */
  | { readonly kind: "event"; readonly event: ReceivedEvent }
  /** A request was answered, or its connection dropped. */
  | { readonly kind: "request"; readonly request: ReceivedRequest }
  /** The flags were replaced. */
  | { readonly kind: "flags" }
  /** Faults were planned or forgotten. */
  | { readonly kind: "faults" }
  /** Events, requests and all else but the flags were forgotten. */
  | { readonly kind: "reset" };

/** What the emulator takes as a request: the arguments of the platform's `fetch`. */
export type EmulatorFetch = (
  input: Request | URL | string,
  init?: RequestInit,
) => Promise<Response>;

/** A PostHog in one fetch function, with everything it received. */
export interface PostHogEmulator {
  /**
   * Answers one request. Needs no receiver, so it fits where a `fetch` goes: a client's option, `Deno.serve`,
   * `Bun.serve`, a Worker's `fetch`. Rejects only for a dropped connection and a caller who gave up.
   */
  readonly fetch: EmulatorFetch;
  /** The accepted events in order of arrival; the newest 100 000. */
  readonly events: readonly ReceivedEvent[];
  /** The requests in order of arrival, failed ones included; the newest 10 000. */
  readonly requests: readonly ReceivedRequest[];
  /**
   * Reads the store, once: its events are in `events` afterwards. `fetch` does it by itself; call it to hear early that
   * the store can't be read, which it rejects with. Without a store there is nothing to do.
   */
  ready(): Promise<void>;
  /** The project's flags, as definitions. */
  getFlags(): EmulatorFlagDefinitions;
  /**
   * Replaces the project's flags: the next evaluation has them. The store does not keep them, and edits of before are over.
   * @throws {TypeError} `definitions` is no object with an array `flags`.
   */
  setFlags(definitions: EmulatorFlagDefinitions): void;
  /**
   * Replaces the project's flags as somebody edits them: like `setFlags`, and the store keeps them before it resolves.
   * Rejects where `definitions` are none (a `TypeError`), or the store can't be written; the flags then are what they were.
   */
  editFlags(definitions: EmulatorFlagDefinitions): Promise<void>;
  /** Lets the next matching request fail. Planned faults are used up one after the other, in order. */
  failNext(fault: PlannedFault): void;
  /** The planned faults that still wait, in order, each with the `times` that it has left. */
  getPlannedFaults(): readonly PlannedFault[];
  /** Forgets the planned faults. The policy stays. */
  clearPlannedFaults(): void;
  /** Asks `policy` about each request that no planned fault hits; undefined removes it. */
  setFaultPolicy(policy: FaultPolicy | undefined): void;
  /**
   * Asks `policy` about each event that arrives by v1, which alone answers event by event; undefined removes it. It comes before quotas, and is not asked about events that can't be stored.
   */
  setEventPolicy(policy: EventPolicy | undefined): void;
  /** Uses up quotas: events are dropped, `/flags` gives none, definitions give 402. `[]` ends that. */
  setQuotaLimited(quotas: readonly EmulatorQuota[]): void;
  /** Forgets events, requests, faults, both policies and quotas, and the store's events with them. The flags stay. */
  reset(): void;
  /**
   * Calls `listener` after each change, until the function that it gives back is called. What it throws is dropped.
   */
  subscribe(listener: (change: EmulatorChange) => void): () => void;
}

import type { Lane } from "./delivery.ts";
import type { JsonObject, JsonValue } from "./json.ts";
import type { Reporter } from "./reporter.ts";

/** A finished event, as `beforeSend` sees it: everything is filled in. */
export interface CapturedEvent {
  /** The event's name. */
  event: string;
  /** Whom the event is about. */
  distinctId: string;
  /** All properties, the client's own included. */
  properties: JsonObject;
  /** How PostHog treats the event: the message's options over the registered ones; empty where there are none. */
  options: JsonObject;
  /** UTC, RFC 3339. */
  timestamp: string;
  /** The event's uuid. */
  uuid: string;
  /**
   * Group type to group key: a copy of the property `$groups`. A change of either counts, and of both that of `groups`. One
   * that is deleted is gone from the other too; what only lacks it, such as another event in this one's place, says nothing.
   */
  groups?: Record<string, string | number> | undefined;
  /** As it was given to `capture`. To read: changes don't count. */
  sendFeatureFlags?: boolean | SendFeatureFlagsOptions | undefined;
  /** As it was given. To read: changes don't count. */
  disableGeoip?: boolean | undefined;
}

/**
 * Changes or drops an event before it is queued: return the event (changed in place, or another), or `null`,
 * `undefined` or `false` to drop it. Synchronous; a hook that throws or returns a promise drops the event,
 * because it may be the one that removes personal data.
 */
export type BeforeSend = (
  event: CapturedEvent,
) => KeptEvent | null | undefined | false;

/**
 * How PostHog treats an event. Names travel as they are written, and values are sent as they are given; one that is
 * `null` or undefined is not set. The protocol v0 has properties for the four known ones, and none for others.
 */
export interface CaptureEventOptions {
  /** Whether the event updates a person. Goes before the property `$process_person_profile`. */
  "process_person_profile"?: boolean | null | undefined;
  /** Whether PostHog makes the distinct id up without cookies. Goes before `$cookieless_mode`. */
  "cookieless_mode"?: boolean | null | undefined;
  /** Whether the event's time is taken as it is, whatever the clocks say. Goes before `$ignore_sent_at`. */
  "disable_skew_correction"?: boolean | null | undefined;
  /** The product tour that the event belongs to. Goes before `$product_tour_id`. */
  "product_tour_id"?: string | null | undefined;
  /** What a newer PostHog may know. */
  [name: string]: JsonValue | undefined;
}

/** What a hook may give back: what it leaves out is as it was, but for the properties. */
export interface KeptEvent {
  /** The event's name. */
  event: string;
  /** Whom the event is about; without it the event is dropped. */
  distinctId?: string | number | bigint | undefined;
  /** All properties. */
  properties?: Record<string, unknown> | undefined;
  /** All options; an empty object clears them. */
  options?: Record<string, unknown> | undefined;
  /** When it happened. */
  timestamp?: Timestamp | undefined;
  /** The event's uuid. */
  uuid?: string | undefined;
  /** See {@linkcode CapturedEvent}. */
  groups?: Record<string, string | number> | undefined;
}

/** Moments as a caller may give them: a `Date`, an ISO 8601 text (UTC without an offset), or epoch ms. */
export type Timestamp = Date | string | number;

/** What can stand as `flags` on an event: a snapshot of flag values. */
export interface FlagPropertiesSource {
  /** `$feature/<key>` for every flag, and `$active_feature_flags`. */
  toEventProperties(): JsonObject;
}

/**
 * What `sendFeatureFlags` takes instead of `true`.
 *
 * @deprecated Pass the same to `evaluateFlags`, and its result as `flags`.
 */
export interface SendFeatureFlagsOptions {
  /** Never ask the server. Default: true once definitions are loaded, else the client's `strictLocalEvaluation`. */
  readonly onlyEvaluateLocally?: boolean | undefined;
  /** What is known about the person, for this evaluation. Default `{}`. */
  readonly personProperties?: Readonly<Record<string, unknown>> | undefined;
  /** Group type to what is known about that group. Default `{}`. */
  readonly groupProperties?:
    | Readonly<Record<string, Readonly<Record<string, unknown>>>>
    | undefined;
  /** The flags to evaluate. Default: all. */
  readonly flagKeys?: readonly string[] | undefined;
}

/** The active span of a scope, in the letters of W3C Trace Context: lower-case hex. */
export interface TraceContext {
  /** 32 digits. */
  readonly traceId: string;
  /** 16 digits. */
  readonly spanId: string;
}

/** What a request knows about itself: the lowest layer above super properties. */
export interface EventContext {
  /** The identity that fills a missing distinct id. */
  readonly distinctId: string | undefined;
  /** Whether the application named it; a header or a cookie only hints at somebody. */
  readonly isNamed?: boolean;
  /** Sent as `$session_id`. */
  readonly sessionId: string | undefined;
  /** Request and scope properties. */
  readonly properties: JsonObject;
  /** The active span, if a tracer said so; exceptions carry it. */
  readonly traceContext?: TraceContext | undefined;
}

/** Properties that a feature has to evaluate before an event can be finished. */
export interface EventPreparation {
  /**
   * Evaluates them for an event, which is read at the call and has all else that it will be sent with; may reject, and
   * then it goes without.
   *
   * @param disableGeoip What the event's message says of it, raw.
   */
  evaluate(
    event: Readonly<CapturedEvent>,
    disableGeoip: unknown,
  ): Promise<JsonObject>;
  /** How long that may take, in ms; then the event is finished without them. */
  readonly withinMs: number;
}

/** What the caller said of an event, raw: JavaScript callers pass anything. */
export interface RawMessage {
  /** Explicit identity. */
  readonly distinctId?: unknown;
  /** The caller's properties. */
  readonly properties?: unknown;
  /** How PostHog treats the event. */
  readonly options?: unknown;
  /** Group type to group key. */
  readonly groups?: unknown;
  /** A snapshot of flag values. */
  readonly flags?: unknown;
  /** When it happened. */
  readonly timestamp?: unknown;
  /** A uuid of the caller's. */
  readonly uuid?: unknown;
  /** Used as uuid when `uuid` is unusable and this is one. */
  readonly messageId?: unknown;
  /** Overrides the client's option for this event. */
  readonly disableGeoip?: unknown;
  /** What only some verbs read. */
  readonly [other: string]: unknown;
}

/** An event on its way to the queue: what the verbs hand to the sink. */
export interface EventDraft {
  /** The lane it travels in. Default: analytics. */
  readonly lane?: Lane;
  /** The event's name; checked by the sink. */
  readonly event: unknown;
  /** What the caller said of it. */
  readonly message: RawMessage;
  /** It is made to look at: nobody hears that it was captured. */
  readonly isPreview?: boolean;
  /** Instead of the message's. */
  readonly distinctId?: unknown;
  /**
   * Instead of the message's properties, groups and flags, properties that a room made of it: JSON-safe, and of nobody
   * else. They are about somebody: where nobody says who, there is no event; any other is a personless one then.
   */
  readonly ownProperties?: JsonObject;
  /** Properties to evaluate before the event is finished. Default: none. */
  readonly preparation?: EventPreparation | undefined;
  /**
   * Has the last word on the merged properties, which it changes in place: what only the room may say, whoever else
   * said it. The reporter hears of what it took away. Not beside a `preparation`.
   */
  readonly seal?: SealProperties;
}

/** See {@linkcode EventDraft.seal}. */
export type SealProperties = (
  properties: JsonObject,
  reporter: Pick<Reporter, "debug" | "warn">,
) => void;

/** Where rooms put events; they do not know how an event is queued. */
export interface EventSink {
  /** Builds and queues the event; its uuid, or undefined when it was dropped. Never throws. */
  capture(draft: EventDraft): string | undefined;
}

/** A sink for rooms whose verbs have the two forms: queue, and send at once. */
export interface ImmediateEventSink extends EventSink {
  /** Whether events are taken now; if not, that is reported. */
  checkOpen(lane?: Lane): boolean;
  /** Builds the event and sends it by itself; resolves when that is settled, with the uuid if it was taken. */
  captureImmediate(draft: EventDraft): Promise<string | undefined>;
}

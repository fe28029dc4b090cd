import type {
  CaptureEventOptions,
  FlagPropertiesSource,
  SendFeatureFlagsOptions,
  Timestamp,
} from "../core/event.ts";

/** What {@linkcode EventMethods.capture} takes. */
export interface CaptureMessage {
  /** The event's name. Blank drops the event; one of over 200 UTF-8 bytes PostHog drops, or cuts in v0. */
  event: string;
  /**
   * Whom the event is about. Without it the scope's identity is used, and without one the event is personless.
   * Sent as given: never trimmed, never cut.
   */
  distinctId?: string | number | bigint | undefined;
  /**
   * Anything that JSON can hold, and dates, maps, sets, errors and bytes; copied at the call. A member that is `null` is
   * left out, at any depth, and so is what lies below it, such as a registered property; `$set`, `$set_once` and
   * `$group_set` store their own.
   */
  properties?: Record<string, unknown> | undefined;
  /** How PostHog treats the event; over what `registerOptions` says. */
  options?: CaptureEventOptions | undefined;
  /** Group type to group key; sent as `$groups`. */
  groups?: Record<string, string | number> | undefined;
  /** A snapshot of `evaluateFlags`: adds `$feature/<key>` for each of its flags. */
  flags?: FlagPropertiesSource | undefined;
  /**
   * Evaluates the flags of `distinctId` and `groups` first and adds them as `flags` would. The event keeps its place in
   * the queue meanwhile; when flags can't be had it goes without them. Not for personless events.
   *
   * @deprecated It evaluates anew for each event. Call `evaluateFlags` once and pass its result as `flags`, which wins.
   * @default false
   */
  sendFeatureFlags?: boolean | SendFeatureFlagsOptions | undefined;
  /** When it happened. @default now */
  timestamp?: Timestamp | undefined;
  /** A uuid of your own; PostHog keeps one event a uuid. @default a new UUIDv7 */
  uuid?: string | undefined;
  /** Used as `uuid` when that is missing or unusable and this is a uuid. Deprecated by the other SDKs too. */
  messageId?: string | undefined;
  /** Overrides the client's option for this event. */
  disableGeoip?: boolean | undefined;
}

/** What every identity message may say beside its subject. */
export interface IdentityMessage {
  /** When it happened. @default now */
  timestamp?: Timestamp | undefined;
  /** A uuid of your own. @default a new UUIDv7 */
  uuid?: string | undefined;
  /** Overrides the client's option for this event. */
  disableGeoip?: boolean | undefined;
}

/** What {@linkcode EventMethods.identify} takes. */
export interface IdentifyMessage extends IdentityMessage {
  /** The person. Required on the client; a scope fills in its own. */
  distinctId?: string | number | bigint | undefined;
  /** Person properties to set; `$set` and `$set_once` inside are understood. */
  properties?: Record<string, unknown> | undefined;
}

/** What {@linkcode EventMethods.alias} takes. */
export interface AliasMessage extends IdentityMessage {
  /** The id that exists. Required on the client; a scope fills in its own. */
  distinctId?: string | number | bigint | undefined;
  /** The id to merge into it. */
  alias: string | number | bigint;
}

/** What {@linkcode EventMethods.groupIdentify} takes. */
export interface GroupIdentifyMessage extends IdentityMessage {
  /** The kind of group, such as `company`. */
  groupType: string;
  /** The group. */
  groupKey: string | number | bigint;
  /** Group properties to set. */
  properties?: Record<string, unknown> | undefined;
  /** Whom the event is about. @default `$<type>_<key>` */
  distinctId?: string | number | bigint | undefined;
}

/** What {@linkcode EventMethods.setPersonProperties} takes. */
export interface SetPersonPropertiesMessage extends IdentityMessage {
  /** The person. Required on the client; a scope fills in its own. */
  distinctId?: string | number | bigint | undefined;
  /** Person properties to set. */
  properties?: Record<string, unknown> | undefined;
  /** Person properties to set where they have no value yet. */
  propertiesOnce?: Record<string, unknown> | undefined;
}

/** What {@linkcode EventMethods.unsetPersonProperties} takes. */
export interface UnsetPersonPropertiesMessage extends IdentityMessage {
  /** The person. Required on the client; a scope fills in its own. */
  distinctId?: string | number | bigint | undefined;
  /** The names of the person properties to remove. */
  properties: string | readonly string[];
}

/**
 * The verbs that make events, the same on the client and on a request scope. They return at once with the event's
 * uuid, or undefined when it was dropped; they never throw.
 */
export interface EventMethods {
  /**
   * Captures an event: checks it, builds it, runs `beforeSend`, and queues it.
   *
   * @example Capture an event
   * ```ts
   * import { assertEquals } from "@std/assert";
   * import { createTestClient } from "edgehog/testing";
   *
   * const { posthog, emulator } = createTestClient();
   * posthog.capture({ distinctId: "user-1", event: "checkout started", properties: { items: 3 } });
   * await posthog.flush();
   *
   * assertEquals(emulator.events.map(({ event }) => event), ["checkout started"]);
   * ```
   */
  capture(message: CaptureMessage): string | undefined;
  /** Captures an event and resolves when its send is settled, with the uuid if it was taken. Never rejects. */
  captureImmediate(message: CaptureMessage): Promise<string | undefined>;
  /**
   * Captures an AI event (`$ai_generation`, …) on a lane of its own, for events of up to 8 MiB: a failure there never
   * holds up other events. The payload is sent as it is. PostHog drops one whose name does not begin with `$ai_`.
   *
   * @example Capture a generation
   * ```ts
   * import { assertEquals } from "@std/assert";
   * import { createTestClient } from "edgehog/testing";
   *
   * const { posthog, emulator } = createTestClient();
   * posthog.captureAi({ distinctId: "user-1", event: "$ai_generation", properties: { $ai_model: "m" } });
   * await posthog.flush();
   *
   * assertEquals(emulator.requests.map(({ path }) => path), ["/i/v1/ai/events"]);
   * ```
   */
  captureAi(message: CaptureMessage): string | undefined;
  /** {@linkcode EventMethods.captureAi}, resolving when the send is settled. */
  captureAiImmediate(message: CaptureMessage): Promise<string | undefined>;
  /**
   * Sets properties of a person (`$identify`). Keeps no state: later events carry only the id they are given.
   *
   * @example Identify a person at login
   * ```ts
   * import { assertEquals } from "@std/assert";
   * import { createTestClient } from "edgehog/testing";
   *
   * const { posthog, emulator } = createTestClient();
   * posthog.identify({ distinctId: "user-1", properties: { plan: "pro", $set_once: { source: "ad" } } });
   * await posthog.flush();
   *
   * assertEquals(emulator.events[0]?.properties["$set"], { plan: "pro" });
   * ```
   */
  identify(message: IdentifyMessage): string | undefined;
  /** {@linkcode EventMethods.identify}, resolving when the send is settled. */
  identifyImmediate(message: IdentifyMessage): Promise<string | undefined>;
  /** Merges a second id into an existing person (`$create_alias`). The arguments are never swapped. */
  alias(message: AliasMessage): string | undefined;
  /** {@linkcode EventMethods.alias}, resolving when the send is settled. */
  aliasImmediate(message: AliasMessage): Promise<string | undefined>;
  /** Sets properties of a group (`$groupidentify`). */
  groupIdentify(message: GroupIdentifyMessage): string | undefined;
  /** {@linkcode EventMethods.groupIdentify}, resolving when the send is settled. */
  groupIdentifyImmediate(
    message: GroupIdentifyMessage,
  ): Promise<string | undefined>;
  /** Sets person properties (`$set`). Without any there is no event. */
  setPersonProperties(message: SetPersonPropertiesMessage): string | undefined;
  /** {@linkcode EventMethods.setPersonProperties}, resolving when the send is settled. */
  setPersonPropertiesImmediate(
    message: SetPersonPropertiesMessage,
  ): Promise<string | undefined>;
  /** Removes person properties by name (`$set` with `$unset`). Without any name there is no event. */
  unsetPersonProperties(
    message: UnsetPersonPropertiesMessage,
  ): string | undefined;
  /** {@linkcode EventMethods.unsetPersonProperties}, resolving when the send is settled. */
  unsetPersonPropertiesImmediate(
    message: UnsetPersonPropertiesMessage,
  ): Promise<string | undefined>;
}

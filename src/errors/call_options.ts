import type {
  CaptureEventOptions,
  FlagPropertiesSource,
  Timestamp,
} from "../core/event.ts";

/** What {@linkcode ExceptionMethods.captureException} takes beside the error. */
export interface CaptureExceptionOptions {
  /** A snapshot of `evaluateFlags`: adds `$feature/<key>` for each of its flags. */
  readonly flags?: FlagPropertiesSource | undefined;
  /** Groups the exception with others of that key. @default PostHog decides by type and stack */
  readonly fingerprint?: string | undefined;
  /** A uuid of your own. @default a new UUIDv7 */
  readonly uuid?: string | undefined;
  /** When it happened. @default now */
  readonly timestamp?: Timestamp | undefined;
  /** Group type to group key; sent as `$groups`. */
  readonly groups?: Readonly<Record<string, string | number>> | undefined;
  /** Overrides the client's option for this event. */
  readonly disableGeoip?: boolean | undefined;
  /** `fatal`, `error`, `warning`, `log`, `info` or `debug`, or another logger's word for one. @default "error" */
  readonly level?: string | undefined;
  /** How the error was caught. @default `{ type: "generic", handled: true }` */
  readonly mechanism?: ExceptionMechanismOptions | undefined;
  /** What caught it, as `<technology>.<hook>` in lower case. @default none */
  readonly source?: string | undefined;
}

/** What a caller may say about how an error was caught. */
export interface ExceptionMechanismOptions {
  /** The kind of thing that caught it. @default "generic" */
  readonly type?: string | undefined;
  /** Whether the application dealt with it. @default true */
  readonly handled?: boolean | undefined;
  /** Whether its stack, or all of it, is made up. @default whether edgehog had to */
  readonly synthetic?: boolean | undefined;
}

/** What the object form of {@linkcode ExceptionMethods.captureException} takes. */
export interface CaptureExceptionInput extends CaptureExceptionOptions {
  /** Whom the error is about. @default the scope's identity; without one the event is personless */
  readonly distinctId?: string | number | bigint | undefined;
  /** Properties of the event; what error tracking itself says of the error they can't replace. */
  readonly properties?: Readonly<Record<string, unknown>> | undefined;
  /** How PostHog treats the event. */
  readonly options?: CaptureEventOptions | undefined;
}

/** The arguments of {@linkcode ExceptionMethods.captureException} in either form. */
export type CaptureExceptionArguments =
  | [
    error: unknown,
    input?: CaptureExceptionInput | FlagPropertiesSource | undefined,
  ]
  | [
    error: unknown,
    distinctId?: string | number | bigint | FlagPropertiesSource | undefined,
    additionalProperties?: Readonly<Record<string, unknown>> | undefined,
    options?:
      | CaptureExceptionOptions
      | FlagPropertiesSource
      | string
      | undefined,
    flags?: FlagPropertiesSource | undefined,
  ];

/** The verb of error tracking in its two forms, the same on the client and on a request scope. */
export interface ExceptionMethods {
  /**
   * Captures an error for error tracking (`$exception`): its type, message and stack, its causes, and the members of an
   * aggregate. Anything that can be thrown is taken. The event is complete when the call returns.
   *
   * @param input Whom it is about, properties, and options; or a snapshot of flags alone.
   * @returns The event's uuid; undefined when it was dropped.
   *
   * @example Capture a failure that was dealt with
   * ```ts
   * import { assertEquals } from "@std/assert";
   * import { createTestClient } from "edgehog/testing";
   *
   * const { posthog, emulator } = createTestClient();
   * try {
   *   JSON.parse("{");
   * } catch (error) {
   *   posthog.captureException(error, { distinctId: "user-1", properties: { area: "import" }, level: "warning" });
   * }
   * await posthog.flush();
   *
   * assertEquals(emulator.events[0]?.event, "$exception");
   * assertEquals(emulator.events[0]?.properties["$exception_type"], "SyntaxError");
   * ```
   */
  captureException(
    error: unknown,
    input?: CaptureExceptionInput | FlagPropertiesSource,
  ): string | undefined;
  /** The same in places: the error, whom it is about, properties. */
  captureException(
    error: unknown,
    distinctId?: string | number | bigint,
    additionalProperties?: Readonly<Record<string, unknown>>,
  ): string | undefined;
  /**
   * The same with more places. As in posthog-node, a string in fourth place is the event's uuid, a snapshot of flags in
   * fourth or fifth place its flags.
   *
   * @deprecated Fourth and fifth place: use the object form.
   */
  captureException(...args: CaptureExceptionArguments): string | undefined;
  /** {@linkcode ExceptionMethods.captureException}, resolving when the send is settled. Never rejects. */
  captureExceptionImmediate(
    error: unknown,
    input?: CaptureExceptionInput | FlagPropertiesSource,
  ): Promise<string | undefined>;
  /** The same in places: the error, whom it is about, properties. */
  captureExceptionImmediate(
    error: unknown,
    distinctId?: string | number | bigint,
    additionalProperties?: Readonly<Record<string, unknown>>,
  ): Promise<string | undefined>;
  /**
   * The same with more places.
   *
   * @deprecated Fourth and fifth place: use the object form.
   */
  captureExceptionImmediate(
    ...args: CaptureExceptionArguments
  ): Promise<string | undefined>;
}

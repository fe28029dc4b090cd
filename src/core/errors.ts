import type { DeliveryErrorCode, Lane } from "./delivery.ts";
import { MAX_LINE, MAX_TOLD, toLine } from "./logger.ts";

/** Why a flag, definitions or remote config request failed. */
export type RequestErrorCode =
  | "network"
  | "timeout"
  | "http"
  | "unreadable"
  | "quota";

/** Every `code` of an edgehog error. A closed list: switch on it. */
export type EdgehogErrorCode =
  | DeliveryErrorCode
  | RequestErrorCode
  | "callback"
  | "config";

/** Which request a {@linkcode RequestError} is about. */
export type RequestEndpoint = "flags" | "definitions" | "remote_config";

/** An event as errors name it: never its properties, never a distinct id. */
export interface ReportedEvent {
  /** The event's uuid. */
  readonly uuid: string;
  /** The event's name. */
  readonly event: string;
  /** The server's word for this event, where it answered event by event. */
  readonly result?: string;
  /** The server's reason beside `result`: one line of at most 512 characters, without keys. */
  readonly details?: string;
}

/** The base of everything that reaches `onError` and `on("error")`. */
export abstract class EdgehogError extends Error {
  /** What went wrong, from a closed list. */
  abstract readonly code: EdgehogErrorCode;

  /** Made by edgehog; the details become members of the error. */
  constructor(
    message: string,
    details: Readonly<Record<string, unknown>> = {},
    maxLength: number = MAX_LINE,
  ) {
    super(toLine(message, maxLength), details);
    const { cause: _cause, ...members } = details;
    Object.assign(this, members);
  }
}

/** What a {@linkcode DeliveryError} says beside its message. */
export interface DeliveryErrorDetails {
  /** See {@linkcode DeliveryError.code}. */
  readonly code: DeliveryErrorCode;
  /** See {@linkcode DeliveryError.lane}. */
  readonly lane: Lane;
  /** See {@linkcode DeliveryError.status}. */
  readonly status?: number | undefined;
  /** See {@linkcode DeliveryError.attempts}. */
  readonly attempts?: number | undefined;
  /** See {@linkcode DeliveryError.requestId}. */
  readonly requestId?: string | undefined;
  /** See {@linkcode DeliveryError.retryAfterMs}. */
  readonly retryAfterMs?: number | undefined;
  /** See {@linkcode DeliveryError.retained}. */
  readonly retained?: boolean;
  /** See {@linkcode DeliveryError.events}. */
  readonly events?: readonly ReportedEvent[];
  /** The underlying error. */
  readonly cause?: unknown;
}

/** Events were lost or held back. */
export class DeliveryError extends EdgehogError {
  /** The class, as a text that survives minifying. */
  override readonly name = "DeliveryError";
  /** Why. */
  declare readonly code: DeliveryErrorCode;
  /** The lane the events belong to. */
  declare readonly lane: Lane;
  /** The HTTP status; -1 when there was none. */
  declare readonly status: number;
  /** Attempts made for the request, when known. */
  declare readonly attempts: number | undefined;
  /** The id of the logical request, when there was one. */
  declare readonly requestId: string | undefined;
  /** The server's `Retry-After` in ms, when it sent one. */
  declare readonly retryAfterMs: number | undefined;
  /** Whether the events are still queued. */
  declare readonly retained: boolean;
  /** The events concerned. */
  declare readonly events: readonly ReportedEvent[];

  /** Made by edgehog; a custom transport answers with outcomes instead. */
  constructor(message: string, details: DeliveryErrorDetails) {
    super(message, {
      retained: false,
      events: [],
      ...details,
      status: details.status ?? -1,
    }, MAX_TOLD);
  }
}

/** What a {@linkcode RequestError} says beside its message. */
export interface RequestErrorDetails {
  /** See {@linkcode RequestError.code}. */
  readonly code: RequestErrorCode;
  /** See {@linkcode RequestError.endpoint}. */
  readonly endpoint: RequestEndpoint;
  /** See {@linkcode RequestError.status}. */
  readonly status?: number | undefined;
  /** The underlying error. */
  readonly cause?: unknown;
}

/** A flag, definitions or remote config request failed. */
export class RequestError extends EdgehogError {
  /** The class, as a text that survives minifying. */
  override readonly name = "RequestError";
  /** Why. */
  declare readonly code: RequestErrorCode;
  /** Which request. */
  declare readonly endpoint: RequestEndpoint;
  /** The HTTP status; -1 when there was none. */
  declare readonly status: number;

  /** Made by edgehog. */
  constructor(message: string, details: RequestErrorDetails) {
    super(message, { ...details, status: details.status ?? -1 });
  }
}

/** A callback of the application threw, hung or answered with the wrong kind. */
export class CallbackError extends EdgehogError {
  /** The class, as a text that survives minifying. */
  override readonly name = "CallbackError";
  /** The only one. */
  override readonly code = "callback";
  /** Which callback: `beforeSend`, `waitUntil`, a cache method, … */
  declare readonly callback: string;

  /** Made by edgehog. */
  constructor(message: string, callback: string, cause?: unknown) {
    super(message, { callback, cause });
  }
}

/** An option was refused and its default is used, or an option that a call needs is missing. */
export class ConfigError extends EdgehogError {
  /** The class, as a text that survives minifying. */
  override readonly name = "ConfigError";
  /** The only one. */
  override readonly code = "config";
  /** The option's name. */
  declare readonly option: string;

  /** Made by edgehog; the message never holds the refused value. */
  constructor(message: string, option: string) {
    super(message, { option });
  }
}

const CODES: ReadonlySet<unknown> = new Set<EdgehogErrorCode>([
  "network",
  "timeout",
  "http",
  "redirect",
  "partial",
  "unparseable",
  "oversize",
  "overflow",
  "quota_limited",
  "shutdown_timeout",
  "unreadable",
  "quota",
  "callback",
  "config",
]);

/** Every error that `onError` can receive; discriminate on `name`, then on `code`. */
export type AnyEdgehogError =
  | DeliveryError
  | RequestError
  | CallbackError
  | ConfigError;

const NAMES: ReadonlySet<unknown> = new Set<AnyEdgehogError["name"]>([
  "DeliveryError",
  "RequestError",
  "CallbackError",
  "ConfigError",
]);

/**
 * Whether the value is an edgehog error; works across realms and bundles, where `instanceof` does not.
 *
 * @example Tell lost events from held-back ones
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { isEdgehogError } from "edgehog";
 * import { createTestClient } from "edgehog/testing";
 *
 * const lost: string[] = [];
 * const { posthog, emulator } = createTestClient({
 *   onError(error) {
 *     if (!isEdgehogError(error) || error.name !== "DeliveryError") return;
 *     if (!error.retained) lost.push(...error.events.map(({ event }) => event));
 *   },
 * });
 * emulator.failNext({ status: 400 });
 * posthog.capture({ distinctId: "user-1", event: "signed up" });
 * await posthog.flush();
 *
 * assertEquals(lost, ["signed up"]);
 * ```
 */
export function isEdgehogError(value: unknown): value is AnyEdgehogError {
  if (typeof value !== "object" || value === null) return false;
  const { name, code } = value as { name?: unknown; code?: unknown };
  return NAMES.has(name) && CODES.has(code);
}

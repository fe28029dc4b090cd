import type { Clock } from "../core/clock.ts";
import type { Lane } from "../core/delivery.ts";
import { DeliveryError } from "../core/errors.ts";
import type {
  BeforeSend,
  CapturedEvent,
  EventContext,
  EventDraft,
  EventPreparation,
  RawMessage,
} from "../core/event.ts";
import { isNonBlank, toId } from "../core/guards.ts";
import { assignJson, type JsonObject, toJsonObject } from "../core/json.ts";
import type { Reporter } from "../core/reporter.ts";
import { isUuid, type UuidSource } from "../core/uuid.ts";
import {
  type EventText,
  type Preparation,
  type QueueItem,
  UNFINISHED_TEXT,
} from "../delivery/delivery.ts";
import { serializeEvent } from "../delivery/serialize.ts";
import { applyBeforeSend } from "./before_send.ts";
import { type IdentityHost, readIdentity } from "./identity.ts";
import { buildProperties, type PropertySource } from "./properties.ts";
import { assignGiven, refuse, warnUnusable } from "./reading.ts";
import { toTimestamp } from "./timestamp.ts";

/** Whose events these are: the client behind them, as it is at the moment. */
export interface PipelineHost extends PropertySource, IdentityHost {
  /** Stamps events. */
  readonly clock: Clock;
  /** Makes uuids. */
  readonly createUuid: UuidSource;
  /** The hooks in force. */
  readonly beforeSend: readonly BeforeSend[];
  /** The client's options. */
  readonly options: PropertySource["options"] & IdentityHost["options"] & {
    /** UTF-8 bytes of the largest event that the analytics lane takes. */
    readonly maxEventBytes: number;
    /** UTF-8 bytes that its queue holds. */
    readonly maxQueueBytes: number;
  };
  /** Whether events are taken now; if not, that is reported. */
  checkOpen(lane: Lane): boolean;
}

/** A preparation takes no longer than what is kept alive for a request, in ms: a scope's drain waits for it, and has 25 s. */
const MAX_PREPARATION_MS = 20_000;

/** UTF-8 bytes of the largest event that the AI lane takes (8 MiB), whatever `maxEventBytes` says. */
const MAX_AI_EVENT_BYTES = 8_388_608;

const SILENT: Pick<Reporter, "debug" | "warn"> = { debug() {}, warn() {} };

/** Takes a draft through every step up to the queue's door. */
export class Pipeline {
  readonly #host: PipelineHost;
  /** The last moment that was stamped: the events of a request, and of a busy server's millisecond, share it. */
  #stampedAt = NaN;
  #stamp = "";

  constructor(host: PipelineHost) {
    this.#host = host;
  }

  /**
   * The item of a draft, finished, or waiting for what is being evaluated; undefined when the event was dropped. Every
   * drop is reported. Copies what it keeps. Never throws.
   */
  build(
    draft: EventDraft,
    context: EventContext | undefined,
  ): QueueItem | undefined {
    const { lane = "analytics", event: name } = draft;
    const host = this.#host;
    if (!host.checkOpen(lane)) return undefined;
    const { reporter } = host;
    if (!isNonBlank(name)) {
      return refuse(reporter, lane, name, "'event' is missing or blank");
    }
    const known = readIdentity(name, draft, context, host);
    if (!known && draft.ownProperties) {
      return refuse(reporter, lane, name, "'distinctId' is missing or blank");
    }
    const now = host.clock.now();
    const preparation = known ? draft.preparation : undefined;
    // The layers that stay above what is being evaluated.
    const upper: JsonObject | undefined = preparation && {};
    const event: CapturedEvent = {
      event: name.toWellFormed(),
      distinctId: known ?? host.createUuid(now),
      properties: buildProperties(
        name,
        draft,
        context,
        !known,
        host,
        upper,
      ),
      // An assignment would take a member `__proto__` for something else.
      options: {
        ...assignJson({}, host.eventOptions),
        ...assignGiven(reporter, {}, "options", draft.message.options, name),
      },
      timestamp: this.#readTimestamp(draft.message, now),
      uuid: this.#readUuid(draft.message, now),
    };
    let item: QueueItem | undefined;
    if (upper && preparation) {
      item = this.#defer(event, upper, lane, now, draft, preparation);
    } else {
      const text = this.#finish(event, draft, lane, host.beforeSend);
      item = text && createItem(text, lane, now);
    }
    if (!item || draft.isPreview) return item;
    reporter.debug(() => {
      const own = toId(draft.distinctId ?? draft.message.distinctId);
      const whose = own
        ? "the call's distinct id"
        : known
        ? "the scope's distinct id"
        : "nobody";
      return `Took '${event.event}' for the ${lane} lane, about ${whose}`;
    });
    return item;
  }

  /**
   * Begins to evaluate what goes below the upper layers of an event. Whoever finishes it before that is there, or after
   * it failed, finishes it without: it never costs the event.
   */
  #defer(
    event: CapturedEvent,
    upper: JsonObject,
    lane: Lane,
    admittedAt: number,
    draft: EventDraft,
    preparation: EventPreparation,
  ): QueueItem {
    // Those of now.
    const { beforeSend } = this.#host;
    const { properties } = event;
    let evaluated: JsonObject | undefined;
    const evaluate = async () => {
      try {
        evaluated = await preparation.evaluate(
          event,
          draft.message.disableGeoip,
        );
      } catch {
        // The event goes without.
      }
    };
    // A hook has yet to see it: nothing is told of it now.
    const { bytes } = this.#serialize(event, { ...properties }, SILENT);
    return createItem(
      {
        ...event,
        text: UNFINISHED_TEXT,
        bytes: Math.min(bytes, this.#limit(lane)),
      },
      lane,
      admittedAt,
      {
        ready: evaluate(),
        withinMs: Math.min(preparation.withinMs, MAX_PREPARATION_MS),
      },
      () => {
        event.properties = {
          ...properties,
          ...toJsonObject(evaluated),
          ...upper,
        };
        return this.#finish(event, draft, lane, beforeSend);
      },
    );
  }

  /** Runs the hooks and serializes; undefined when the event is dropped. */
  #finish(
    event: CapturedEvent,
    draft: EventDraft,
    lane: Lane,
    hooks: readonly BeforeSend[],
  ): EventText | undefined {
    const { reporter } = this.#host;
    const kept = hooks.length > 0
      ? applyBeforeSend(hooks, event, draft.message, lane, reporter)
      : event;
    if (!kept) return undefined;
    const { uuid, event: name } = kept;
    const { text, bytes, wire } = this.#serialize(kept, kept.properties);
    const limit = this.#limit(lane);
    if (bytes <= limit) {
      if (!draft.isPreview) reporter.emit("capture", () => JSON.parse(text));
      return { uuid, event: name, text, bytes, wire };
    }
    // A key may stand in any text.
    const shown = reporter.redact(name);
    const dropped = { uuid, event: shown };
    const message =
      `Cannot capture '${shown}': ${bytes} bytes are more than ${limit}`;
    reporter.tell(
      new DeliveryError(message, { code: "oversize", lane, events: [dropped] }),
      "error",
    );
    reporter.drop({ reason: "oversize", lane, ...dropped });
    return undefined;
  }

  #serialize(
    { event, distinctId, options, timestamp, uuid }: CapturedEvent,
    properties: JsonObject,
    reporter: typeof SILENT = this.#host.reporter,
  ): ReturnType<typeof serializeEvent> {
    const { captureMode } = this.#host.options;
    const root = { event, "distinct_id": distinctId, timestamp, uuid };
    return serializeEvent(root, properties, options, captureMode, reporter);
  }

  /** A queue could never hold a larger one. */
  #limit(lane: Lane): number {
    const { maxEventBytes, maxQueueBytes } = this.#host.options;
    return Math.min(
      lane === "ai" ? MAX_AI_EVENT_BYTES : maxEventBytes,
      maxQueueBytes,
    );
  }

  #readTimestamp({ timestamp }: RawMessage, now: number): string {
    if (timestamp !== undefined && timestamp !== null) {
      const read = toTimestamp(timestamp);
      if (read) return read;
      const expected = "a Date, an ISO 8601 text or epoch ms";
      warnUnusable(this.#host.reporter, "timestamp", expected, timestamp);
    }
    if (now !== this.#stampedAt) {
      this.#stamp = new Date(now).toISOString();
      this.#stampedAt = now;
    }
    return this.#stamp;
  }

  #readUuid({ uuid, messageId }: RawMessage, now: number): string {
    const { reporter } = this.#host;
    if (isUuid(uuid)) return uuid;
    warnUnusable(reporter, "uuid", "a uuid", uuid);
    if (isUuid(messageId)) return messageId;
    if (messageId !== undefined && messageId !== null) {
      reporter.debug("Cannot use 'messageId': expected a uuid");
    }
    return this.#host.createUuid(now);
  }
}

/** Member by member: a spread costs some engines as much as all the rest of a capture. */
function createItem(
  { uuid, event, text, bytes, wire }: EventText,
  lane: Lane,
  admittedAt: number,
  preparation?: Preparation,
  make?: QueueItem["make"],
): QueueItem {
  return {
    uuid,
    event,
    text,
    bytes,
    wire,
    lane,
    admittedAt,
    fate: "retained",
    preparation,
    make,
  };
}

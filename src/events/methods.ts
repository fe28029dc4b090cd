import type { EventContext, EventDraft, EventSink } from "../core/event.ts";
import { describeType, isRecord } from "../core/guards.ts";
import type { Reporter } from "../core/reporter.ts";
import type { EventQueue } from "../transport/event_queue.ts";
import {
  draftAlias,
  draftGroupIdentify,
  draftIdentify,
  type DraftReading,
  type RawMessage,
} from "./identity.ts";
import type { Pipeline } from "./pipeline.ts";
import type { EventMethods } from "./types.ts";

/** One caller of the event verbs: the client, or a scope. */
export interface EventCaller {
  /** Prepares events; shared. */
  readonly pipeline: Pipeline;
  /** Where they go. */
  readonly queue: EventQueue;
  /** What the request knows, read at each call. */
  readonly context: () => EventContext | undefined;
  /** Hears of calls that make no event. */
  readonly reporter: Reporter;
  /** Sends each event by itself at once. */
  readonly isSync: boolean;
  /** Keeps the runtime alive for such a send. */
  readonly keepAlive: (promise: Promise<unknown>) => boolean;
}

/** Creates the sink of a caller: what other rooms put events into. */
export function createEventSink(
  { pipeline, queue, context, isSync, keepAlive }: EventCaller,
): EventSink {
  return {
    capture(draft) {
      const item = pipeline.prepare("analytics", draft, context());
      if (!item) return undefined;
      if (isSync) keepAlive(queue.sendNow("analytics", item));
      else queue.admit("analytics", item);
      return item.uuid;
    },
  };
}

/** Creates the event verbs of a caller. */
export function createEventMethods(
  caller: EventCaller,
  sink: EventSink,
): EventMethods {
  const { pipeline, queue, context, reporter } = caller;

  const sendNow = async (draft: EventDraft): Promise<string | undefined> => {
    const item = pipeline.prepare("analytics", draft, context());
    if (item) await queue.sendNow("analytics", item);
    return item?.uuid;
  };

  /** A verb in its two forms: queue, and send at once. */
  const createVerb = <Message>(
    name: string,
    read: (message: RawMessage) => DraftReading,
  ) => {
    const toDraft = (message: unknown): EventDraft | undefined => {
      const reading = isRecord(message) ? read(message) : {
        kind: "refused" as const,
        event: name,
        reason: `expected an object, got ${describeType(message)}`,
      };
      if (reading.kind === "draft") return reading.draft;
      reporter.warn(`Cannot capture '${reading.event}': ${reading.reason}`);
      reporter.drop({
        reason: "invalid",
        lane: "analytics",
        event: reading.event,
      });
      return undefined;
    };
    return {
      queue(message: Message) {
        const draft = toDraft(message);
        return draft && sink.capture(draft);
      },
      async send(message: Message) {
        const draft = toDraft(message);
        return draft && await sendNow(draft);
      },
    };
  };

  const capture = createVerb<Parameters<EventMethods["capture"]>[0]>(
    "capture",
    readCapture,
  );
  const identify = createVerb<Parameters<EventMethods["identify"]>[0]>(
    "$identify",
    draftIdentify,
  );
  const alias = createVerb<Parameters<EventMethods["alias"]>[0]>(
    "$create_alias",
    (message) => draftAlias(message, context()?.distinctId),
  );
  const group = createVerb<Parameters<EventMethods["groupIdentify"]>[0]>(
    "$groupidentify",
    draftGroupIdentify,
  );
  return {
    capture: capture.queue,
    captureImmediate: capture.send,
    identify: identify.queue,
    identifyImmediate: identify.send,
    alias: alias.queue,
    aliasImmediate: alias.send,
    groupIdentify: group.queue,
    groupIdentifyImmediate: group.send,
  };
}

function readCapture(message: RawMessage): DraftReading {
  const {
    event,
    distinctId,
    properties,
    groups,
    flags,
    timestamp,
    uuid,
    messageId,
    disableGeoip,
  } = message;
  const draft = {
    event,
    distinctId,
    properties,
    groups,
    flags,
    timestamp,
    uuid,
    messageId,
    disableGeoip,
  };
  return { kind: "draft", draft };
}

import type { Lane } from "../core/delivery.ts";
import type {
  EventContext,
  EventDraft,
  ImmediateEventSink,
} from "../core/event.ts";
import { describeType, isRecord } from "../core/guards.ts";
import type { Reporter } from "../core/reporter.ts";
import type { EventQueue } from "../transport/event_queue.ts";
import { isFinished } from "../transport/event_text.ts";
import {
  draftCapture,
  draftCaptureAi,
  type DraftReader,
  type DraftReading,
} from "./drafts.ts";
import { draftAlias, draftGroupIdentify, draftIdentify } from "./identity.ts";
import { type Note, tellNotes } from "./notes.ts";
import {
  draftSetPersonProperties,
  draftUnsetPersonProperties,
} from "./person_properties.ts";
import type { Pipeline } from "./pipeline.ts";
import type { EvaluateEventFlags } from "./preparation.ts";
import type {
  AliasMessage,
  CaptureMessage,
  EventMethods,
  GroupIdentifyMessage,
  IdentifyMessage,
  SetPersonPropertiesMessage,
  UnsetPersonPropertiesMessage,
} from "./types.ts";

/** One caller of the event verbs: the client, or a scope. */
export interface EventCaller {
  /** Prepares events; shared. */
  readonly pipeline: Pipeline;
  /** Where they go. */
  readonly queue: EventQueue;
  /** What the request knows, read at each call. */
  readonly context: () => EventContext | undefined;
  /** Evaluates flags for an event that asks for them. */
  readonly evaluateFlags: EvaluateEventFlags;
  /** Hears of calls that make no event. */
  readonly reporter: Reporter;
  /** Sends each event by itself at once. */
  readonly isSync: boolean;
  /** Keeps the runtime alive for such a send. */
  readonly keepAlive: (promise: Promise<unknown>) => boolean;
}

/** Creates the sink of a caller: what other rooms put events into. */
export function createEventSink(
  { pipeline, queue, context, evaluateFlags, isSync, keepAlive }: EventCaller,
  lane: Lane = "analytics",
): ImmediateEventSink {
  return {
    isOpen: () => pipeline.isOpen(lane),
    capture(draft) {
      const prepared = pipeline.prepare(lane, draft, context(), evaluateFlags);
      if (!prepared) return undefined;
      const { item, ready } = prepared;
      if (isSync) keepAlive(queue.sendNow(lane, item, ready));
      else if (ready) keepAlive(queue.reserve(lane, item, ready));
      else queue.admit(lane, item);
      return item.uuid;
    },
    async captureImmediate(draft) {
      const prepared = pipeline.prepare(lane, draft, context(), evaluateFlags);
      if (!prepared) return undefined;
      const { item, ready } = prepared;
      await queue.sendNow(lane, item, ready);
      return isFinished(item) ? item.uuid : undefined;
    },
  };
}

/** Creates the event verbs of a caller. */
export function createEventMethods(
  caller: EventCaller,
  sink: ImmediateEventSink,
): EventMethods {
  const { context, reporter } = caller;

  const read = (
    lane: Lane,
    name: string,
    toDraft: DraftReader,
    message: unknown,
    into: ImmediateEventSink,
  ): EventDraft | undefined => {
    // A client that takes no events looks at nothing of them either.
    if (!into.isOpen()) return undefined;
    const notes: Note[] = [];
    const reading: DraftReading = isRecord(message)
      ? toDraft(message, notes)
      : {
        kind: "refused",
        event: name,
        reason: `expected an object, got ${describeType(message)}`,
      };
    tellNotes(reporter, notes);
    if (reading.kind === "draft") return reading.draft;
    if (reading.kind === "nothing") return undefined;
    reporter.warn(`Cannot capture '${reading.event}': ${reading.reason}`);
    reporter.drop({ reason: "invalid", lane, event: reading.event });
    return undefined;
  };

  /** A verb in its two forms: queue, and send at once. */
  const createVerb = <Message>(
    name: string,
    toDraft: DraftReader,
    lane: Lane = "analytics",
    into: ImmediateEventSink = sink,
  ) => ({
    queue(message: Message) {
      const draft = read(lane, name, toDraft, message, into);
      return draft && into.capture(draft);
    },
    async send(message: Message) {
      const draft = read(lane, name, toDraft, message, into);
      return draft && await into.captureImmediate(draft);
    },
  });

  const capture = createVerb<CaptureMessage>("capture", draftCapture);
  // The method chooses the lane, never the event's name.
  const captureAi = createVerb<CaptureMessage>(
    "captureAi",
    draftCaptureAi,
    "ai",
    createEventSink(caller, "ai"),
  );
  const identify = createVerb<IdentifyMessage>("$identify", draftIdentify);
  const alias = createVerb<AliasMessage>(
    "$create_alias",
    (message) => draftAlias(message, context()?.distinctId),
  );
  const group = createVerb<GroupIdentifyMessage>(
    "$groupidentify",
    draftGroupIdentify,
  );
  const set = createVerb<SetPersonPropertiesMessage>(
    "$set",
    draftSetPersonProperties,
  );
  const unset = createVerb<UnsetPersonPropertiesMessage>(
    "$set",
    draftUnsetPersonProperties,
  );
  return {
    capture: capture.queue,
    captureImmediate: capture.send,
    captureAi: captureAi.queue,
    captureAiImmediate: captureAi.send,
    identify: identify.queue,
    identifyImmediate: identify.send,
    alias: alias.queue,
    aliasImmediate: alias.send,
    groupIdentify: group.queue,
    groupIdentifyImmediate: group.send,
    setPersonProperties: set.queue,
    setPersonPropertiesImmediate: set.send,
    unsetPersonProperties: unset.queue,
    unsetPersonPropertiesImmediate: unset.send,
  };
}

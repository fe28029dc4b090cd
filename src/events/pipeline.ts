import type { Clock } from "../core/clock.ts";
import type { Lane } from "../core/delivery.ts";
import { CallbackError, DeliveryError } from "../core/errors.ts";
import type {
  BeforeSend,
  CapturedEvent,
  EventContext,
  EventDraft,
} from "../core/event.ts";
import { countBytes } from "../core/bytes.ts";
import type { JsonObject } from "../core/json.ts";
import type { Reporter } from "../core/reporter.ts";
import type { UuidSource } from "../core/uuid.ts";
import type { EventText } from "../transport/event_text.ts";
import { runBeforeSend } from "./before_send.ts";
import { buildEvent } from "./build.ts";
import { tellNotes } from "./notes.ts";
import {
  type EvaluateEventFlags,
  type Prepared,
  startPreparation,
} from "./preparation.ts";
import { createNowFormatter } from "./timestamp.ts";

/** Why the client takes no events at the moment. */
export type ClosedGate = "disabled" | "opted out" | "shut down";

/** What the pipeline is made of; shared by the client and its scopes. */
export interface PipelineDeps {
  /** Stamps events. */
  readonly clock: Clock;
  /** Makes uuids. */
  readonly createUuid: UuidSource;
  /** Hears of what was dropped. */
  readonly reporter: Reporter;
  /** Whether events are taken. */
  readonly closedGate: () => ClosedGate | undefined;
  /** The hooks in force. */
  readonly beforeSend: () => readonly BeforeSend[];
  /** The super properties in force. */
  readonly superProperties: () => JsonObject;
  /** Adds `$is_server`. */
  readonly isServer: boolean;
  /** The client's option. */
  readonly disableGeoip: boolean | undefined;
  /** UTF-8 bytes of the largest event that each lane takes. */
  readonly maxEventBytes: Readonly<Record<Lane, number>>;
}

/** Takes a draft through every step up to the queue's door. */
export interface Pipeline {
  /** Whether events are taken now; if not, that is reported. */
  isOpen(lane: Lane): boolean;
  /**
   * The finished item, or one that waits for flags; undefined when the event was dropped. Every drop is reported.
   * Never throws.
   */
  prepare(
    lane: Lane,
    draft: EventDraft,
    context: EventContext | undefined,
    evaluateFlags: EvaluateEventFlags,
  ): Prepared | undefined;
}

/** Creates the {@linkcode Pipeline}. */
export function createPipeline(deps: PipelineDeps): Pipeline {
  const { clock, createUuid, reporter } = deps;
  const formatNow = createNowFormatter();

  const isOpen = (lane: Lane) => {
    const gate = deps.closedGate();
    if (!gate) return true;
    if (gate === "shut down") {
      reporter.warn(
        "Cannot capture: the client is shut down",
        "gate:shut down",
      );
    } else reporter.debug(`Cannot capture: the client is ${gate}`);
    reporter.drop({ reason: gate === "shut down" ? "shutdown" : "gate", lane });
    return false;
  };

  const applyHooks = (
    lane: Lane,
    event: CapturedEvent,
    hooks: readonly BeforeSend[],
  ): CapturedEvent | undefined => {
    if (hooks.length === 0) return event;
    const result = runBeforeSend(hooks, event);
    const named = { lane, uuid: event.uuid, event: event.event };
    switch (result.kind) {
      case "kept":
        if (Object.keys(result.event.properties).length === 0) {
          reporter.warn(
            `The hook 'beforeSend' left no properties on '${event.event}'`,
          );
        }
        return result.event;
      case "dropped":
        reporter.debug(`The hook 'beforeSend' dropped '${event.event}'`);
        break;
      case "blank":
        reporter.warn(
          `Cannot capture '${event.event}': the hook 'beforeSend' removed its name or distinct id`,
        );
        break;
      case "failed": {
        const message =
          `Cannot capture '${event.event}': the hook 'beforeSend' failed, ${result.reason}`;
        reporter.warn(message);
        reporter.report(new CallbackError(message, "beforeSend", result.cause));
        break;
      }
    }
    reporter.drop({ reason: "hook", ...named });
    return undefined;
  };

  const toText = (
    lane: Lane,
    event: CapturedEvent,
  ): EventText | undefined => {
    const { uuid, event: name } = event;
    const text = serialize(event);
    const bytes = countBytes(text);
    if (bytes <= deps.maxEventBytes[lane]) {
      return { uuid, event: name, text, bytes };
    }
    const message =
      `Cannot capture '${name}': ${bytes} bytes are more than an event may have`;
    reporter.error(message);
    reporter.report(
      new DeliveryError(message, {
        code: "oversize",
        lane,
        events: [{ uuid, event: name }],
      }),
    );
    reporter.drop({ reason: "oversize", lane, uuid, event: name });
    return undefined;
  };

  return {
    isOpen,
    prepare(lane, draft, context, evaluateFlags) {
      if (!isOpen(lane)) return undefined;
      const now = clock.now();
      const built = buildEvent(draft, {
        now: () => formatNow(now),
        createUuid: () => createUuid(now),
        superProperties: deps.superProperties(),
        context,
        isServer: deps.isServer,
        disableGeoip: deps.disableGeoip,
      });
      tellNotes(reporter, built.notes);
      if (built.kind === "refused") {
        reporter.drop({
          reason: "invalid",
          lane,
          ...(typeof draft.event === "string" && { event: draft.event }),
        });
        return undefined;
      }
      // Those of now, also for an event that is finished later.
      const hooks = deps.beforeSend();
      const finish = (event: CapturedEvent) => {
        const kept = applyHooks(lane, event, hooks);
        return kept && toText(lane, kept);
      };
      const { event, wanted } = built;
      if (wanted) {
        return startPreparation(event, wanted, evaluateFlags, {
          admittedAt: now,
          bytes: Math.min(
            countBytes(serialize(event)),
            deps.maxEventBytes[lane],
          ),
          finish,
        });
      }
      const text = finish(event);
      return text &&
        { item: { ...text, admittedAt: now, fate: "queued" as const } };
    },
  };
}

/** The event as the wire has it: exactly these five keys. */
function serialize(
  { event, distinctId, properties, timestamp, uuid }: CapturedEvent,
): string {
  return JSON.stringify({
    event,
    distinct_id: distinctId,
    properties,
    timestamp,
    uuid,
  });
}

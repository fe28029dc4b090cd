import type { FeatureMaker, Verb } from "../client/host.ts";
import type { CaptureEventOptions } from "../core/event.ts";
import { isRecord } from "../core/guards.ts";
import { assignJson, type JsonObject } from "../core/json.ts";
import type { Pipeline } from "../events/pipeline.ts";
import type { CaptureMessage } from "../events/types.ts";
import { draftMessage, type EventCaller } from "../events/verbs.ts";

/** An event as a capture would queue it, which `capture` takes as it is. */
export interface PreparedMessage {
  /** The event's name. */
  event: string;
  /** Whom the event is about; of an event without a person an id of its own. */
  distinctId: string;
  /** All properties, those of the client, of the scope and of flags included. */
  properties: JsonObject;
  /** How PostHog treats the event, registered options included; empty where there are none. */
  options: CaptureEventOptions;
  /** The event's uuid. */
  uuid: string;
  /** UTC, RFC 3339. */
  timestamp: string;
  /** As it was given; absent where it was not. */
  disableGeoip?: boolean;
}

/** posthog-node's look at an event before it is captured. */
export interface PreparationMethods {
  /**
   * Builds an event as `capture` does, `beforeSend` included, and neither queues nor sends it. Undefined where `capture`
   * gives that. Capturing the result later gives the same event, with the same uuid.
   *
   * @example An event to hand on
   * ```ts
   * import { assertEquals } from "@std/assert";
   * import { createTestClient } from "edgehog/testing";
   *
   * const { posthog } = createTestClient();
   * const message = await posthog.prepareEventMessage({ distinctId: "user-1", event: "signed up" });
   *
   * assertEquals([message?.event, message?.options], ["signed up", {}]);
   * assertEquals(posthog.queueSize, 0);
   * ```
   */
  prepareEventMessage(
    message: CaptureMessage,
  ): Promise<PreparedMessage | undefined>;
}

/** posthog-node's options of every event. */
export interface EventOptionMethods {
  /**
   * Adds options to every later event of this client, below its own (see {@linkcode CaptureEventOptions}); one that is
   * `null` or undefined is taken back. Acts at once; the promise is for parity with posthog-node, and never rejects.
   *
   * @example A site without cookies
   * ```ts
   * import { assertEquals } from "@std/assert";
   * import { createTestClient } from "edgehog/testing";
   *
   * const { posthog, emulator } = createTestClient();
   * await posthog.registerOptions({ cookieless_mode: true });
   * posthog.capture({ distinctId: "$posthog_cookieless", event: "page viewed" });
   * await posthog.flush();
   *
   * assertEquals(emulator.events[0]?.properties["$cookieless_mode"], true);
   * ```
   */
  registerOptions(options: CaptureEventOptions): Promise<void>;
  /** Takes one such option back. */
  unregisterOptions(name: string): Promise<void>;
}

/** What stands behind each client and scope: these methods go by more of the kernel than features do. */
interface NodeCaller extends EventCaller {
  readonly kernel: EventCaller["kernel"] & {
    readonly pipeline: Pick<Pipeline, "build">;
    eventOptions: JsonObject;
  };
}

/** Gives a client {@linkcode PreparationMethods} and {@linkcode EventOptionMethods}. */
export function eventMethods(): FeatureMaker {
  return {
    name: "eventMethods",
    verbs: ["prepareEventMessage"],
    clientVerbs: ["registerOptions", "unregisterOptions"],
    check() {},
    // The callers of the kernel's clients are what these go by.
    make: () => ({ verbs: VERBS as Readonly<Record<string, Verb>> }),
  };
}

const VERBS: Readonly<
  Record<string, (caller: NodeCaller, ...args: never[]) => unknown>
> = {
  prepareEventMessage: prepareMessage,
  registerOptions,
  unregisterOptions: (caller: NodeCaller, name: string) =>
    registerOptions(caller, { [name]: null }),
};

async function prepareMessage(
  caller: NodeCaller,
  message: unknown,
): Promise<PreparedMessage | undefined> {
  const draft = draftMessage(caller, message);
  if (!draft) return undefined;
  const { disableGeoip } = draft.message;
  const item = caller.kernel.pipeline.build(
    { ...draft, isPreview: true },
    caller.context,
  );
  await item?.preparation?.ready;
  const made = item?.make ? item.make() : item;
  if (!made) return undefined;
  const { distinct_id: distinctId, ...event } = JSON.parse(made.text);
  return {
    options: {},
    ...event,
    distinctId,
    ...(disableGeoip !== undefined && { disableGeoip }),
  };
}

// deno-lint-ignore require-await -- what an object throws that is read here is a rejection, which the boundary settles
async function registerOptions(
  { kernel, reporter }: NodeCaller,
  options: unknown,
): Promise<void> {
  if (!isRecord(options)) {
    return reporter.warn("Cannot register options: expected an object");
  }
  kernel.eventOptions = assignJson({}, { ...kernel.eventOptions, ...options });
}

import type { EventContext } from "../core/event.ts";
import type { WaitUntil } from "../core/platform.ts";
import { createEventMethods, createEventSink } from "../events/methods.ts";
import { CAPTURE_ESCAPED, type EscapeCapturing } from "../errors/boundaries.ts";
import type { ExceptionMethods } from "../errors/call_options.ts";
import type { EventMethods } from "../events/types.ts";
import type { FlagMethods } from "../flags/types.ts";
import type { EventQueue } from "../transport/event_queue.ts";
import { guardMethods } from "./boundary.ts";
import { createEventFlags } from "./event_flags.ts";
import type { KeepAlive } from "./keep_alive.ts";
import type { Parts } from "./parts.ts";

/** Who calls: the client itself, or a scope. */
export interface Caller {
  /** Where its events go. */
  readonly queue: EventQueue;
  /** Its `waitUntil`, contained. */
  readonly keepAlive: KeepAlive;
  /** What its request knows; undefined on the client. */
  readonly context: (() => EventContext) | undefined;
  /** The functions that the application calls, where they are not those made here but call them. */
  readonly entries?: ExceptionMethods;
}

/** The verbs that the client and scopes share. */
export type SharedMethods = EventMethods & FlagMethods & ExceptionMethods;

/** The verbs of a caller, behind the boundary: the same ones on the client and on a scope. */
export function createMethods(
  parts: Parts,
  { queue, keepAlive, context, entries }: Caller,
): SharedMethods & EscapeCapturing {
  const { pipeline, reporter, options, flags, exceptions } = parts;
  const isSync = options.syncMode && !options.testMode;
  const eventCaller = {
    pipeline,
    queue,
    keepAlive,
    reporter,
    isSync,
    evaluateFlags: createEventFlags(() => flagMethods),
    context: () => context?.(),
  };
  const sink = createEventSink(eventCaller);
  const waitUntil: WaitUntil = (promise) => void keepAlive(promise);
  const flagMethods = flags.createMethods({
    sink,
    waitUntil,
    distinctId: () => context?.().distinctId,
    isScope: context !== undefined,
  });
  const { captureEscaped, ...guarded } = guardMethods(
    {
      ...createEventMethods(eventCaller, sink),
      ...flagMethods,
      ...exceptions.createMethods({
        sink,
        traceContext: () => context?.().traceContext,
        entries: (): ExceptionMethods => entries ?? guarded,
        // The boundary, and what calls it.
        depth: entries ? 2 : 1,
      }),
    },
    reporter,
    {
      captureExceptionImmediate: () => Promise.resolve(undefined),
      evaluateFlags: () => flags.createEmptySnapshot(sink),
      getAllFlags: () => ({}),
      getAllFlagsAndPayloads: () => ({
        featureFlags: {},
        featureFlagPayloads: {},
      }),
      isLocalEvaluationReady: () => false,
      waitForLocalEvaluationReady: () => false,
    },
  );
  return { ...guarded, [CAPTURE_ESCAPED]: captureEscaped };
}

import {
  buildTracingHeaders,
  createTracingFetch,
} from "../context/outgoing.ts";
import { RequestContext } from "../context/request_context.ts";
import { TRACE_CONTEXT } from "../context/trace_context.ts";
import type {
  ContextData,
  WithContextOptions,
  WrapFetchOptions,
} from "../context/types.ts";
import { countDown } from "../core/clock.ts";
import type { FlushResult, Lane } from "../core/delivery.ts";
import type { BeforeSend, TraceContext } from "../core/event.ts";
import { warnOfForeignNames } from "../core/foreign_names.ts";
import { isRecord } from "../core/guards.ts";
import { type JsonObject, toJsonObject } from "../core/json.ts";
import { copyList } from "../options/reader.ts";
import type { ExecutionContextLike, RequestLike } from "../core/platform.ts";
import type { PostHogListeners } from "../core/reporter.ts";
import { EVENT_VERBS } from "../events/verbs.ts";
import type { QueueItem } from "../delivery/delivery.ts";
import { countFates } from "../delivery/queue.ts";
import type { KernelCaller } from "./caller.ts";
import { FIND_PORT, TEST_SLOT } from "./host.ts";
import type { RequestScopeInit } from "./scope_types.ts";
import { shutDown } from "./shutdown.ts";

/** A verb of the kernel: it knows more of its caller than a feature's does. */
export type KernelVerb = (caller: KernelCaller, ...args: never[]) => unknown;

type Table<Entry> = Readonly<Partial<Record<PropertyKey, Entry>>>;

/** A result of its own for each caller, who may change it. */
const flushNothing = (): FlushResult => countFates([]);

/** The kernel's verbs on a client. */
export const CLIENT_VERBS: Table<KernelVerb> = {
  ...EVENT_VERBS,
  flush,
  forRequest: openScope,
  withContext: openChildScope,
  getContext({ context }: KernelCaller): ContextData | undefined {
    return context && {
      distinctId: context.distinctId,
      sessionId: context.sessionId,
      properties: toJsonObject(context.properties),
    };
  },
  shutdown: shutDown,
  close: shutDown,
  [Symbol.asyncDispose]: shutDown,
  register({ kernel, reporter }: KernelCaller, properties: unknown): void {
    if (kernel.options.disabled) return;
    if (!isRecord(properties)) {
      return reporter.warn("Cannot register properties: expected an object");
    }
    kernel.superProperties = {
      ...kernel.superProperties,
      ...toJsonObject(properties),
    };
  },
  unregister({ kernel }: KernelCaller, key: string): void {
    const { [key]: _gone, ...kept } = kernel.superProperties;
    kernel.superProperties = kept;
  },
  setBeforeSend({ kernel, reporter }: KernelCaller, hooks: unknown): void {
    const list = copyList(hooks ?? []) ?? [hooks];
    const isHook = (hook: unknown): hook is BeforeSend =>
      typeof hook === "function";
    // Dropping the hooks at hand could let through what they were there to remove.
    if (list.every(isHook)) kernel.beforeSend = list;
    else reporter.warn("Cannot set 'beforeSend': expected functions");
  },
  on<Name extends keyof PostHogListeners>(
    { reporter }: KernelCaller,
    name: Name,
    listener: PostHogListeners[Name],
  ): () => void {
    if (typeof listener === "function") return reporter.on(name, listener);
    reporter.warn("Cannot listen: expected a function");
    return () => {};
  },
  optIn,
  optOut,
  enable: optIn,
  disable: optOut,
  debug({ reporter }: KernelCaller, isOn: boolean = true): void {
    reporter.setDebug(isOn);
  },
  queuedEvents(caller: KernelCaller, lane?: Lane): JsonObject[] {
    return listFinished(caller, lane).map(({ text }) => JSON.parse(text));
  },
  dequeueLastEvent(
    caller: KernelCaller,
    lane?: Lane,
  ): JsonObject | undefined {
    // Of one moment the last.
    const newest = listFinished(caller, lane)
      .sort((one, other) => one.admittedAt - other.admittedAt).at(-1);
    if (!newest) return undefined;
    discard(caller, [newest]);
    return JSON.parse(newest.text);
  },
  clearQueue(caller: KernelCaller): void {
    discard(caller, caller.kernel.queue.items());
  },
  [FIND_PORT]: (
    { kernel }: KernelCaller,
    name: unknown,
  ): object | undefined =>
    name === "delivery" ? kernel : kernel.features.findPort(name),
  [TEST_SLOT]: (caller: KernelCaller): KernelCaller => caller,
};

/** The kernel's verbs on a scope; `withContext` calls the application itself (see `verbs.ts`). */
export const SCOPE_VERBS: Table<KernelVerb> = {
  ...EVENT_VERBS,
  flush,
  withContext: openChildScope,
  [TRACE_CONTEXT]({ context }: KernelCaller, span?: TraceContext): void {
    if (context) context.traceContext = span;
  },
  setContext({ context, reporter }: KernelCaller, data: unknown): void {
    warnOfForeignNames(reporter, Object(data));
    context?.set(data);
  },
  tracingHeaders,
  wrapFetch(
    caller: KernelCaller,
    fetch: typeof globalThis.fetch,
    options?: WrapFetchOptions,
  ): typeof globalThis.fetch {
    return createTracingFetch(
      fetch,
      options?.hostnames,
      () => tracingHeaders(caller),
    );
  },
};

/** What AI wrappers ask of whatever they capture through. */
const AI_READS: Table<(caller: KernelCaller) => unknown> = {
  privacyMode: ({ kernel }) => kernel.options.privacyMode,
  "privacy_mode": ({ kernel }) => kernel.options.privacyMode,
  enableFullAiCapture: ({ kernel }) => kernel.options.enableFullAiCapture,
};

/** What can be read of a client. */
export const CLIENT_READS: Table<(caller: KernelCaller) => unknown> = {
  optedOut: ({ kernel }) => kernel.isOptedOut,
  isDisabled: ({ kernel }) => kernel.options.disabled,
  ...AI_READS,
  queueSize: ({ kernel }) => kernel.queue.items().length,
};

/** What can be read of a scope. */
export const SCOPE_READS: Table<(caller: KernelCaller) => unknown> = {
  ...AI_READS,
  distinctId: ({ context }) => context?.distinctId,
  sessionId: ({ context }) => context?.sessionId,
  properties: ({ context }) => toJsonObject(context?.properties),
};

/** What verbs of the kernel answer that fail, where undefined would be no answer. */
export const KERNEL_NEUTRAL: Table<(caller: KernelCaller) => unknown> = {
  forRequest: openScope,
  flush: flushNothing,
  on: () => () => {},
  withContext: (caller) => openChildScope(caller, {}, { fresh: true }),
};

/** A client that is closed has nothing to send. */
async function flush(
  { kernel, queue }: KernelCaller,
  timeoutMs?: number,
): Promise<FlushResult> {
  if (kernel.isClosed()) return flushNothing();
  const { clock, features } = kernel;
  const limit = timeoutMs && countDown(clock, timeoutMs);
  const flushed = queue.flush(timeoutMs);
  const pending = features.settle(timeoutMs);
  if (pending) {
    await pending;
    // What that captured was not there at the call, and leaves all the same.
    await queue.flush(limit && limit());
  }
  return await flushed;
}

/** Opens the scope of a request. */
function openScope(
  caller: KernelCaller,
  request?: RequestLike,
  ctx?: ExecutionContextLike,
  init?: unknown,
): object {
  const given: RequestScopeInit = isRecord(init) ? init : {};
  warnOfForeignNames(caller.reporter, given);
  const { waitUntil } = given;
  const { options } = caller.kernel;
  const keeper = typeof waitUntil === "function"
    ? { waitUntil }
    : typeof ctx?.waitUntil === "function"
    ? { ctx }
    : options;
  const context = new RequestContext(request, given, options);
  return caller.createScope(context, keeper);
}

/** Makes a scope of a scope, or of nothing: the part of `withContext` that stands behind the boundary. */
export function openChildScope(
  caller: KernelCaller,
  data: unknown,
  options?: WithContextOptions,
): object {
  warnOfForeignNames(caller.reporter, Object(data));
  const { context = new RequestContext() } = caller;
  return caller.createScope(context.createChild(data, options));
}

function optIn({ kernel }: KernelCaller): Promise<void> {
  kernel.isOptedOut = false;
  return Promise.resolve();
}

function optOut({ kernel }: KernelCaller): Promise<void> {
  kernel.isOptedOut = true;
  return Promise.resolve();
}

function tracingHeaders({ context }: KernelCaller): Record<string, string> {
  return context ? buildTracingHeaders(context) : {};
}

function listFinished(
  { kernel: { queue } }: KernelCaller,
  lane: Lane | undefined,
): QueueItem[] {
  return queue.items(lane).filter(({ make }) => !make);
}

/** Takes events out without sending them. */
function discard(
  { kernel: { queue } }: KernelCaller,
  items: readonly QueueItem[],
): void {
  for (const item of items) {
    queue.owner(item.lane).store.settle(item, "dropped");
  }
}

import type { RequestContext } from "../context/request_context.ts";
import type {
  EventDraft,
  EventPreparation,
  RawMessage,
} from "../core/event.ts";
import type { Lane } from "../core/delivery.ts";
import type { Reporter } from "../core/reporter.ts";
import { dropsUnfinishedWork } from "../core/runtime.ts";
import { warnOnce } from "../events/reading.ts";
import type { EventCaller } from "../events/verbs.ts";
import type { Queue } from "../delivery/queue.ts";
import type { Caller } from "./host.ts";
import { keepAlive, type Keeper } from "./keep_alive.ts";
import type { Kernel } from "./kernel.ts";

/** Makes the object in front of a scope's caller. */
export type ScopeClass = new (caller: KernelCaller) => object;

/** What stands behind a client or a scope: whose events these are, and where they go. */
export class KernelCaller implements EventCaller {
  /** What the client is made of. A test may put another in its place, and then lets go of the queue. */
  declare kernel: Kernel;
  /** What the request knows; undefined for the client itself. */
  declare readonly context: RequestContext | undefined;
  /** The function that the application called last. */
  entry: Caller["entry"];
  /** What the client's scopes are made by. */
  readonly #Scope: ScopeClass;
  readonly #keeper: Keeper;
  readonly #parent: KernelCaller | undefined;
  /** Where its own events go, once there were any. */
  ownQueue: Queue | undefined;

  /** Creates the caller behind a client, or behind a scope. */
  constructor(
    kernel: Kernel,
    Scope: ScopeClass,
    keeper: Keeper,
    context?: RequestContext,
    parent?: KernelCaller,
  ) {
    this.kernel = kernel;
    this.#Scope = Scope;
    this.context = context;
    this.#keeper = keeper;
    this.#parent = parent;
  }

  /** A scope with this context; without a keeper of its own it delivers as this caller does. */
  createScope(context: RequestContext | undefined, keeper?: Keeper): object {
    const parent = keeper ? undefined : this;
    const Scope = this.#Scope;
    return new Scope(
      new KernelCaller(
        this.kernel,
        Scope,
        keeper ?? this.#keeper,
        context,
        parent,
      ),
    );
  }

  /** Whether it stands behind a scope. */
  get isScope(): boolean {
    return this.context !== undefined;
  }

  /** Whether a `waitUntil` keeps the runtime alive for its promises. */
  get isKept(): boolean {
    const { ctx, waitUntil } = this.#keeper;
    return Boolean(ctx || waitUntil);
  }

  /** Tells the application what happened. */
  get reporter(): Reporter {
    return this.kernel.reporter;
  }

  /**
   * Where its events go. A scope with a `waitUntil` has a queue of its own, because a request's promises live and die
   * with that request; everything else is the client's.
   */
  get queue(): Queue {
    return this.#parent?.queue ?? (this.ownQueue ??= this.#findQueue());
  }

  /** Whether events are taken now; if not, that is reported. */
  checkOpen(lane?: Lane): boolean {
    return this.kernel.checkOpen(lane);
  }

  /** Asks the features for properties that have to be evaluated before the event is sent. */
  prepareEvent(message: RawMessage): EventPreparation | undefined {
    return this.kernel.features.prepareEvent(this, message);
  }

  /** Builds and queues an event. */
  capture(draft: EventDraft): string | undefined {
    const { kernel: { pipeline, options } } = this;
    const item = pipeline.build(draft, this.context);
    if (!item) return undefined;
    if (options.syncMode && !options.testMode) {
      this.keepAlive(this.queue.owner(item.lane).sendNow(item));
    } else this.queue.owner(item.lane).admit(item);
    return item.uuid;
  }

  /** Builds an event and sends it by itself. */
  async captureImmediate(draft: EventDraft): Promise<string | undefined> {
    const item = this.kernel.pipeline.build(draft, this.context);
    if (!item) return undefined;
    await this.queue.owner(item.lane).sendNow(item);
    // One that is still being prepared was dropped on its way.
    return item.make ? undefined : item.uuid;
  }

  /** Hands a promise to the runtime; false when the runtime refused it. */
  keepAlive(promise: Promise<unknown>): boolean {
    const isKept = keepAlive(promise, this.#keeper, this.reporter);
    // What the request does not keep is sent with what belongs to nobody.
    if (!isKept) this.ownQueue = this.kernel.queue;
    return isKept;
  }

  #findQueue(): Queue {
    const { isKept, kernel: { options, queue } } = this;
    if (!isKept && dropsUnfinishedWork()) {
      warnOnce(
        this.reporter,
        "Events may be lost when a response is sent: pass 'ctx' to 'forRequest(request, ctx)', or the option 'waitUntil' (of cloudflare:workers, @vercel/functions, or Next.js's 'after')",
      );
    }
    return this.isScope && isKept && !options.testMode
      ? queue.createScopes(this)
      : queue;
  }
}

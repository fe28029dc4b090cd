import type { Clock } from "../core/clock.ts";
import type { Lane } from "../core/delivery.ts";
import type { BeforeSend } from "../core/event.ts";
import type { JsonObject } from "../core/json.ts";
import type { RandomSource } from "../core/random.ts";
import { createReporter, type Reporter } from "../core/reporter.ts";
import { createUuidSource, type UuidSource } from "../core/uuid.ts";
import { Pipeline } from "../events/pipeline.ts";
import { warnOnce } from "../events/reading.ts";
import type { OptionReader } from "../options/reader.ts";
import { type ResolvedOptions, resolveOptions } from "../options/resolve.ts";
import { createHttpDoor, type HttpDoor } from "../delivery/http.ts";
import { createForeignSend, createHttpSend } from "../delivery/transport.ts";
import { type DeliveryPort, Queue } from "../delivery/queue.ts";
import type { Send } from "../delivery/delivery.ts";
import { FeatureList } from "./feature_list.ts";
import type { Feature } from "./feature.ts";
import type { FeatureHost } from "./host.ts";
import { keepAlive } from "./keep_alive.ts";
import { registerClient } from "./singletons.ts";

/**
 * What a client is made of, and what it offers to its features. Building one checks the options and does nothing else:
 * queue, way out and features are made when they are first used.
 */
export class Kernel implements FeatureHost, DeliveryPort {
  /** What the options were read from. */
  readonly read: OptionReader;
  /** The options in force. */
  declare readonly options: ResolvedOptions;
  /** Tells the application what happened. */
  declare readonly reporter: Reporter;
  /** What the application added to the kernel. */
  declare readonly features: FeatureList;
  /** The hooks in force. */
  declare beforeSend: readonly BeforeSend[];
  /** Makes events. */
  readonly pipeline: Pipeline = new Pipeline(this);
  /** Properties of every event. */
  superProperties: JsonObject = {};
  /** Options of every event. */
  eventOptions: JsonObject = {};
  /** Whether events are refused at the moment. */
  declare isOptedOut: boolean;
  /** Whether `shutdown` was called. */
  isShutDown = false;
  /** Whether a shutdown has come to its end. */
  hasEnded = false;
  /** Takes the client out of the count of live ones. */
  declare readonly unregister: () => void;
  #createUuid: UuidSource | undefined;
  #door: HttpDoor | undefined;
  #httpSend: Send | undefined;
  #queue: Queue | undefined;

  /** Never throws: what can't be used is reported, and its default taken. */
  constructor(
    apiKey: unknown,
    read: OptionReader,
    features?: readonly Feature[],
  ) {
    this.read = read;
    this.options = resolveOptions(apiKey, read);
    const use = features ??
      read.list("use", "a list of features", () => true) ??
      [];
    this.features = new FeatureList(this, use, read);
    read.refuseOthers();
    const { options } = this;
    const reporter = this.reporter = createReporter(options);
    for (const error of read.problems) {
      const isFatal = /^(apiKey|host)$/.test(error.option);
      reporter.tell(error, isFatal ? "error" : "warn");
    }
    for (const note of read.notes) reporter.warn(note, undefined, Infinity);
    this.beforeSend = options.beforeSend;
    this.isOptedOut = !options.defaultOptIn;
    this.unregister = registerClient(options, reporter);
  }

  /** Time and waits. */
  get clock(): Clock {
    return this.options.clock;
  }

  /** Random bytes. */
  get random(): RandomSource {
    return this.options.random;
  }

  /** Makes ids that are in order. */
  get createUuid(): UuidSource {
    return this.#createUuid ??= createUuidSource(this.random);
  }

  /** The one way out over HTTP. */
  get door(): HttpDoor {
    return this.#door ??= createHttpDoor({
      ...this.options,
      debug: (message) => this.reporter.debug(message),
    });
  }

  /** Sends events over it, whatever the option `transport` is. */
  get httpSend(): Send {
    return this.#httpSend ??= createHttpSend(this);
  }

  /** Makes one attempt to send events. */
  get send(): Send {
    const { transport } = this.options;
    return transport ? createForeignSend(transport) : this.httpSend;
  }

  /** Where the events of the client itself wait. */
  get queue(): Queue {
    return this.#queue ??= new Queue(this, this);
  }

  /** Keeps the runtime alive for a promise by the client's own `waitUntil`; false when the runtime refused. */
  keepAlive(promise: Promise<unknown>): boolean {
    return keepAlive(promise, this.options, this.reporter);
  }

  /** Whether the client is disabled or was shut down. */
  isClosed(): boolean {
    return this.options.disabled || this.isShutDown;
  }

  /** Whether events are taken now; if not, that is reported. */
  checkOpen(lane: Lane = "analytics"): boolean {
    const { reporter } = this;
    const gate = this.options.disabled
      ? "disabled"
      : this.isShutDown
      ? "shut down"
      : this.isOptedOut && "opted out";
    if (!gate) return true;
    const message = `Cannot capture: the client is ${gate}`;
    const isOver = gate === "shut down";
    if (isOver) warnOnce(reporter, message);
    else reporter.debug(message);
    reporter.drop({ reason: isOver ? "shutdown" : "gate", lane });
    return false;
  }
}

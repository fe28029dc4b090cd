import { PostHog as PostHogNode } from "posthog-node";
import {
  buildMessage,
  buildRequest,
  buildSentEvent,
  type Library,
  readRequest,
  respond,
} from "./samples.ts";

/** Something whose cost is measured, in turns of many calls. */
export interface Work {
  readonly name: string;
  /** Calls of a turn, where one takes long. */
  readonly count?: number;
  /** Makes what the calls of a turn are given. Not measured. */
  prepare?(count: number): void;
  /** One call, the index of which is below the count. What it returns is kept until the turn ends. */
  call(index: number): unknown;
  /** Ends what the calls have left to a later tick. Measured. */
  finish?(): Promise<unknown>;
  /** Ends what the calls began, sends first of all. Not measured. */
  settle?(): Promise<unknown>;
}

/** The names of what is measured, by which the table finds its rows. */
export const NAMES = {
  nothing: "nothing",
  requestFloor: "reading URL and headers",
  eventFloor: "copying and stringifying the event",
  construction: "new PostHog()",
  kernel: "createClient(), capture only",
  otherConstruction: "new PostHog() of posthog-node",
  otherKernel: "… without local evaluation",
  scope: "forRequest()",
  capture: "forRequest() + capture()",
  otherCapture: "capture() of posthog-node",
  first: "new PostHog() + forRequest() + capture()",
  otherFirst: "new PostHog() + capture() of posthog-node",
} as const;

/** Options that applications usually give, and posthog-node's spelling of them. */
const OPTIONS = {
  host: "https://eu.i.posthog.com",
  personalApiKey: "phx_bench",
  featureFlagsPollingInterval: 60_000,
  evaluationContexts: ["production"],
  requestTimeout: 5_000,
  maxQueueSize: 10_000,
  disableGeoip: false,
  disableCompression: true,
  disableSingletonWarning: true,
  "before_send": <Event>(event: Event): Event => event,
  fetch: respond,
};

/** What the kernel takes of the options. */
const KERNEL_OPTIONS = {
  host: OPTIONS.host,
  fetch: respond,
  disableSingletonWarning: true,
};

/** Never full within a turn: posthog-node sends when its `flushAt` is reached, and later by a timer. */
const OTHER_OPTIONS = {
  ...OPTIONS,
  flushAt: 10_000,
  flushInterval: 2_000_000,
};

/** Without the poller that posthog-node starts at construction. */
const OTHER_KERNEL_OPTIONS = { ...OTHER_OPTIONS, enableLocalEvaluation: false };

/** Everything that is measured, floors first. */
export async function createWorks(library: Library): Promise<readonly Work[]> {
  const { PostHog, createClient } = library;
  const event = await buildSentEvent(library);
  return [
    { name: NAMES.nothing, call: (index) => index },
    {
      name: NAMES.requestFloor,
      ...withRequests((request) => readRequest(request)),
    },
    {
      name: NAMES.eventFloor,
      call: () => JSON.stringify(structuredClone(event)),
    },
    {
      name: NAMES.construction,
      call: () => new PostHog("phc_bench", OPTIONS),
    },
    {
      name: NAMES.kernel,
      call: () => createClient("phc_bench", KERNEL_OPTIONS),
    },
    ...createScopeWorks(library),
    ...createOtherWorks(),
  ];
}

/** Calls that are given a request each. */
function withRequests(
  call: (request: Request) => unknown,
): Pick<Work, "prepare" | "call"> {
  let requests: readonly Request[] = [];
  return {
    prepare: (count) => {
      requests = Array.from(
        { length: count },
        (_, index) => buildRequest(index),
      );
    },
    call: (index) => {
      const request = requests[index];
      if (request === undefined) throw new RangeError("Fewer were prepared");
      return call(request);
    },
  };
}

/** A request's execution context, whose promises can be waited for. */
class Context {
  #promises: Promise<unknown>[] = [];

  waitUntil(promise: Promise<unknown>): void {
    this.#promises.push(promise);
  }

  async settle(): Promise<void> {
    const promises = this.#promises;
    this.#promises = [];
    await Promise.all(promises);
  }
}

function createScopeWorks({ PostHog }: Library): readonly Work[] {
  const posthog = new PostHog("phc_bench", OPTIONS);
  const ctx = new Context();
  const settle = () => ctx.settle();
  const capture = (client: typeof posthog, request: Request) => {
    const scope = client.forRequest(request, ctx);
    scope.capture(buildMessage());
    return scope;
  };
  return [
    {
      name: NAMES.scope,
      ...withRequests((request) => posthog.forRequest(request, ctx)),
    },
    {
      name: NAMES.capture,
      ...withRequests((request) => capture(posthog, request)),
      settle,
    },
    {
      name: NAMES.first,
      ...withRequests((request) =>
        capture(new PostHog("phc_bench", OPTIONS), request)
      ),
      settle,
    },
  ];
}

/** More ticks than posthog-node takes until an event is in its queue. */
const TICKS = 50;

/** posthog-node prepares an event in promises; all of a turn's go through their ticks together. */
async function finish(): Promise<void> {
  for (let tick = 0; tick < TICKS; tick++) await undefined;
}

function createOtherWorks(): readonly Work[] {
  const posthog = new PostHogNode("phc_bench", OTHER_KERNEL_OPTIONS);
  const build = () => ({ distinctId: "user-1", ...buildMessage() });
  return [
    {
      name: NAMES.otherConstruction,
      ...withClients(() => new PostHogNode("phc_bench", OTHER_OPTIONS)),
    },
    {
      name: NAMES.otherKernel,
      call: () => new PostHogNode("phc_bench", OTHER_KERNEL_OPTIONS),
    },
    {
      name: NAMES.otherCapture,
      call: () => posthog.capture(build()),
      finish,
      settle: () => posthog.flush(),
    },
    {
      name: NAMES.otherFirst,
      ...withClients(() => {
        const client = new PostHogNode("phc_bench", OTHER_OPTIONS);
        client.capture(build());
        return client;
      }),
      finish,
    },
  ];
}

/** Calls that make a client each, which would go on by its timers. */
function withClients(
  call: () => PostHogNode,
): Pick<Work, "call" | "settle"> {
  let clients: PostHogNode[] = [];
  return {
    call: () => {
      const client = call();
      clients.push(client);
      return client;
    },
    settle: async () => {
      const begun = clients;
      clients = [];
      await Promise.all(begun.map((client) => client.shutdown()));
    },
  };
}

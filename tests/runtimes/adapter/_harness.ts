import {
  createPostHogEmulator,
  type Fault,
  type ReceivedRequest,
} from "edgehog/dev";
import { serveEmulator } from "../../../scripts/cli/serve_emulator.ts";
import { serveAdapter } from "../../../scripts/demonstrate/adapter/server.ts";
import type {
  Encoding,
  Mode,
} from "../../../scripts/demonstrate/adapter/service.ts";
import { within } from "../../_kit/within.ts";
import { CAPTURE_PATHS } from "../../_kit/capture_paths.ts";

/** JSON of whatever shape; each reading of it is an assertion. */
export type Json = Readonly<Record<string, unknown>>;

/** What the adapter answered. */
export interface Reply {
  readonly status: number;
  readonly body: Json;
}

/** One conversation of the harness with the adapter, and what the mock saw of it. */
export interface Conversation {
  readonly mode: Mode;
  readonly id: string;
  /** Calls the adapter; a reply other than 200 fails the conversation. */
  post(path: string, body?: object): Promise<Json>;
  /** Calls the adapter, whatever it answers. */
  call(method: string, path: string, body?: object): Promise<Reply>;
  /** `/reset` and `/init`. */
  start(options?: object): Promise<void>;
  /** `/state`. */
  state(): Promise<Json>;
  /** Answers the next requests of this conversation; after the last one all is well. */
  script(...faults: readonly Fault[]): void;
  /** The requests that carried events, or those of a path. */
  requests(path?: string): readonly ReceivedRequest[];
  /** Resolves when the mock has got that many requests of this conversation. */
  received(count: number): Promise<void>;
  /** Another conversation at the same adapter. */
  other(id: string): Conversation;
}

/** A named conversation. */
export type Conversations = Readonly<
  Record<string, (talk: Conversation) => Promise<void>>
>;

const CONCURRENCY = 8;

/** Holds conversations with one adapter and one mock, eight at a time; each is a step of the test. */
export function adapterTest(
  name: string,
  mode: Mode,
  conversations: Conversations,
  encoding?: Encoding,
): void {
  const options = {
    sanitizeOps: false,
    sanitizeResources: false,
    sanitizeExit: false,
  };
  Deno.test({
    ...options,
    name: `${name}, capture ${mode}`,
    async fn(test) {
      const mock = createMock();
      await using served = await serveEmulator(mock.emulator, 0);
      await using adapter = serveAdapter(mode, 0, encoding);
      const waiting = Object.entries(conversations).entries();
      const talk = async () => {
        for (const [index, [title, hold]] of waiting) {
          const id = `${mode}-${index}`;
          const conversation = createConversation(mock, {
            mode,
            id,
            mockUrl: served.url,
            adapterUrl: adapter.url,
          });
          await test.step({
            ...options,
            name: title,
            fn: () => within(hold(conversation), 30_000, title),
          });
        }
      };
      await Promise.all(Array.from({ length: CONCURRENCY }, talk));
    },
  });
}

interface Mock {
  readonly emulator: ReturnType<typeof createPostHogEmulator>;
  readonly scripts: Map<string, Fault[]>;
}

function createMock(): Mock {
  const emulator = createPostHogEmulator();
  const scripts = new Map<string, Fault[]>();
  emulator.setFaultPolicy(({ headers }) =>
    scripts.get(headers["x-test-id"] ?? "")?.shift()
  );
  return { emulator, scripts };
}

interface Place {
  readonly mode: Mode;
  readonly id: string;
  readonly mockUrl: string;
  readonly adapterUrl: string;
}

function createConversation(mock: Mock, place: Place): Conversation {
  const { mode, id, mockUrl, adapterUrl } = place;
  const call = async (method: string, path: string, body?: object) => {
    // As the harness has it: every call but this one names its test.
    const query = path === "/health" ? "" : `?test_id=${id}`;
    const response = await fetch(`${adapterUrl}${path}${query}`, {
      method,
      ...(body && { body: JSON.stringify(body) }),
    });
    return { status: response.status, body: await response.json() };
  };
  const demand = async (method: string, path: string, body?: object) => {
    const reply = await call(method, path, body);
    if (reply.status === 200) return reply.body;
    throw new Error(`${path}: ${reply.status} ${JSON.stringify(reply.body)}`);
  };
  const ofThis = () =>
    mock.emulator.requests.filter(({ headers }) => headers["x-test-id"] === id);
  return {
    mode,
    id,
    call,
    post: (path, body) => demand("POST", path, body),
    async start(options = {}) {
      await demand("POST", "/reset");
      const init = { "api_key": `phc_${id}`, host: mockUrl, ...options };
      await demand("POST", "/init", init);
    },
    state: () => demand("GET", "/state"),
    script(...faults) {
      mock.scripts.set(id, [...faults]);
    },
    requests: (path = CAPTURE_PATHS[mode].analytics) =>
      ofThis().filter((request) => request.path === path),
    async received(count) {
      while (ofThis().length < count) {
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
    },
    other: (otherId) => createConversation(mock, { ...place, id: otherId }),
  };
}

/** The events of a request. */
export function eventsOf({ body }: Pick<ReceivedRequest, "body">): Json[] {
  const { batch } = body as { readonly batch: Json[] };
  return batch;
}

/** The uuids of a request. */
export function uuidsOf(request: Pick<ReceivedRequest, "body">): unknown[] {
  return eventsOf(request).map(({ uuid }) => uuid);
}

/** The only request of a conversation that carried events, and the events. */
export function onlyRequest(
  talk: Conversation,
  path?: string,
): readonly [ReceivedRequest, Json[]] {
  const [request, second] = talk.requests(path);
  if (!request || second) throw new Error("Expected one request with events");
  return [request, eventsOf(request)];
}

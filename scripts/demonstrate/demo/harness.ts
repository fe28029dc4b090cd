import shop from "../../../examples/cloudflare-worker/src/index.ts";
import { posthog } from "../../../examples/cloudflare-worker/src/posthog.ts";
import type { CapturedEvent, ExecutionContextLike } from "edgehog";

/** What the Worker can tell about its client. */
export interface WorkerCounts {
  /** Promises that `waitUntil` was given and that are not settled. */
  readonly pending: number;
  /** Events that were captured. */
  readonly captured: number;
  /** Events that the client says were delivered. */
  readonly delivered: number;
  /** Events that the client says were given up. */
  readonly dropped: number;
  /** Events still in the client's queue. */
  readonly queued: number;
  /** What the client reported, once each. */
  readonly messages: readonly string[];
}

let pending = 0;
let captured = 0;
let dropped = 0;
const delivered = new Set<string>();
const messages = new Set<string>();

posthog.setBeforeSend((event: CapturedEvent) => {
  captured++;
  return event;
});
posthog.on("flush", (uuids) => uuids.forEach((uuid) => delivered.add(uuid)));
posthog.on("drop", () => dropped++);
posthog.on("error", ({ message }) => messages.add(message));
posthog.on("warning", (message) => messages.add(message));

/** The shop as it is, with its `waitUntil` counted, and two pages for the demo beside it. */
export default {
  fetch(
    request: Request,
    env: unknown,
    ctx: ExecutionContextLike,
  ): Promise<Response> {
    switch (new URL(request.url).pathname) {
      case "/__demo/counts":
        return Promise.resolve(Response.json(readCounts()));
      case "/__demo/reload":
        return reload();
      default:
        return shop.fetch(request, env, countPromises(ctx));
    }
  },
};

/** What a webhook for changed flags would do. */
async function reload(): Promise<Response> {
  await posthog.reloadFeatureFlags();
  return Response.json(readCounts());
}

function readCounts(): WorkerCounts {
  const queued = posthog.queueSize;
  return {
    pending,
    captured,
    delivered: delivered.size,
    dropped,
    queued,
    messages: [...messages],
  };
}

function countPromises(ctx: ExecutionContextLike): ExecutionContextLike {
  const done = () => void pending--;
  return {
    waitUntil(promise) {
      pending++;
      promise.then(done, done);
      ctx.waitUntil?.(promise);
    },
  };
}

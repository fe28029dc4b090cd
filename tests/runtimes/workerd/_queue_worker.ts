import { PostHog } from "edgehog";
import {
  consumeQueue,
  type MessageBatchLike,
  type QueueLike,
  queueTransport,
} from "edgehog/queue";

interface Env {
  readonly EVENTS: QueueLike & { send(body: unknown): Promise<unknown> };
  readonly POSTHOG_HOST: string;
}

const errors: string[] = [];
let posthog: PostHog | undefined;

function findClient(env: Env): PostHog {
  posthog ??= new PostHog("phc_x", {
    host: env.POSTHOG_HOST,
    transport: queueTransport(() => env.EVENTS),
    fetchRetryCount: 1,
    fetchRetryDelay: 1,
    // What can't be delivered comes again a second later, which is the least that a queue can wait.
    maxRetryDelayMs: 1,
    onError: (error) => errors.push(error.code),
  });
  return posthog;
}

/** `/capture` captures and ends; `/poison` puts something else into the queue. */
async function respond(
  request: Request,
  env: Env,
  ctx: { waitUntil(promise: Promise<unknown>): void },
): Promise<Response> {
  const { pathname, searchParams } = new URL(request.url);
  if (pathname === "/poison") await env.EVENTS.send({ hello: "world" });
  const scope = findClient(env).forRequest(request, ctx);
  for (const event of searchParams.getAll("event")) scope.capture({ event });
  return Response.json(await scope.flush());
}

/** Events go to PostHog; what ends up in the dead-letter queue is told to the test, with all reports so far. */
async function consume(
  batch: MessageBatchLike & { readonly queue: string },
  env: Env,
): Promise<void> {
  if (batch.queue === "events") {
    await consumeQueue(batch, findClient(env));
    return;
  }
  const bodies = batch.messages.map(({ body }) => body);
  const response = await fetch(`${env.POSTHOG_HOST}/dead`, {
    method: "POST",
    body: JSON.stringify({ bodies, errors }),
  });
  await response.body?.cancel();
}

const worker: {
  readonly fetch: typeof respond;
  readonly queue: typeof consume;
} = { fetch: respond, queue: consume };

export default worker;

import {
  type ExecutionContextLike,
  PostHog,
  type RequestScope,
  withPostHog,
} from "edgehog";
import { createPostHogEmulator } from "edgehog/dev";

/** Workers have these. */
declare const WebSocketPair: new () => {
  readonly 0: object;
  readonly 1: {
    accept(): void;
    addEventListener(
      type: "message",
      listener: (event: { readonly data: string }) => void,
    ): void;
    send(data: string): void;
  };
};

const emulator = createPostHogEmulator();
// Without compression all of a send is microtasks: it is over before the next request.
const posthog = new PostHog("phc_x", {
  fetch: emulator.fetch,
  disableCompression: true,
});

interface Handler {
  fetch(
    request: Request,
    env: unknown,
    ctx: ExecutionContextLike,
  ): Promise<Response>;
}

const worker: Handler = { fetch: withPostHog(posthog, respond) };
export default worker;

function respond(
  request: Request,
  _env: unknown,
  _ctx: ExecutionContextLike,
  hog: RequestScope,
): Response {
  const { pathname } = new URL(request.url);
  if (pathname !== "/events") hog.capture({ event: pathname });
  switch (pathname) {
    case "/socket":
      return upgrade();
    case "/stream":
      return new Response(createStream());
    case "/events":
      return Response.json(
        emulator.events.map(({ event, properties }) => [
          event,
          properties["$exception_source"] ?? null,
        ]),
      );
    default:
      throw new TypeError("Nothing here");
  }
}

/** Answers each message with itself. */
function upgrade(): Response {
  const { 0: client, 1: server } = new WebSocketPair();
  server.accept();
  server.addEventListener("message", ({ data }) => server.send(`${data}!`));
  return new Response(null, { status: 101, webSocket: client } as ResponseInit);
}

/** Two chunks, each made when it is asked for. */
function createStream(): ReadableStream<Uint8Array> {
  const chunks = ["one ", "two"].values();
  return new ReadableStream({
    pull(controller) {
      const { value, done } = chunks.next();
      if (done) controller.close();
      else controller.enqueue(new TextEncoder().encode(value));
    },
  });
}

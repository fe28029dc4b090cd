import type { PostHog } from "edgehog";

/** What measuring needs of the library. */
export interface Library {
  readonly PostHog: typeof PostHog;
  /** Of `edgehog/client`: the kernel by itself. */
  readonly createClient: (
    apiKey: string,
    options: object,
  ) => Pick<PostHog, "forRequest">;
}

/** The ten headers of a browser's request that has passed Cloudflare and comes from a page with posthog-js. */
const HEADERS: Readonly<Record<string, string>> = {
  "accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
  "accept-encoding": "gzip, br",
  "accept-language": "de-DE,de;q=0.9,en;q=0.8",
  "cf-connecting-ip": "203.0.113.7",
  "cf-ray": "8f2d3c4b5a697887-FRA",
  "cookie": "session=0193a1c2d3e4; theme=dark",
  "referer": "https://shop.example/",
  "user-agent":
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36",
  "x-posthog-distinct-id": "0193a1c2-d3e4-7f50-8123-456789abcdef",
  "x-posthog-session-id": "0193a1c2-e5f6-7a01-9234-56789abcdef0",
};

/** A request as a handler gets it. Each is new, since runtimes keep what was read of one. */
export function buildRequest(index: number): Request {
  return new Request(
    `https://shop.example/products/shoes/${index}?utm_source=mail&page=2`,
    { headers: HEADERS },
  );
}

/** What a scope reads of a request when it is asked for everything, and no more. */
export function readRequest(request: Request): readonly unknown[] {
  const { headers, method } = request;
  const { protocol, host, pathname } = new URL(request.url);
  return [
    `${protocol}//${host}${pathname}`,
    method,
    headers.get("user-agent"),
    headers.get("cf-connecting-ip"),
    headers.get("x-posthog-distinct-id"),
    headers.get("x-posthog-session-id"),
  ];
}

/** A small event's message. */
export function buildMessage(): {
  readonly event: string;
  readonly properties: Record<string, unknown>;
} {
  return {
    event: "paid",
    properties: {
      plan: "pro",
      amount: 42.5,
      trial: false,
      url: "https://shop.example/checkout",
    },
  };
}

/** Answers as PostHog does, and at once. */
export function respond(): Promise<Response> {
  return Promise.resolve(Response.json({ results: {} }));
}

/** The five members of the event that a scope sends for the message. */
export async function buildSentEvent({ PostHog }: Library): Promise<unknown> {
  let body = "";
  const posthog = new PostHog("phc_bench", {
    // An event as it is kept, which v1 changes on its way out.
    captureMode: "v0",
    disableCompression: true,
    disableSingletonWarning: true,
    fetch: (_url, init) => {
      body = new TextDecoder().decode(init.body);
      return respond();
    },
  });
  const scope = posthog.forRequest(buildRequest(0), { waitUntil() {} });
  scope.capture(buildMessage());
  await scope.flush();
  return JSON.parse(body).batch[0];
}

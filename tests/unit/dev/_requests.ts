import type { EmulatorFetch } from "../../../src/dev/types.ts";

/** An event as the wire has it. */
export interface WireEvent {
  readonly [name: string]: unknown;
}

/** A uuid that ends in the given number. */
export function uuid(n: number): string {
  return `0197b5e0-0000-7000-8000-${String(n).padStart(12, "0")}`;
}

/** A complete event; `change` replaces or (by undefined) removes members. */
export function wireEvent(n: number, change: WireEvent = {}): WireEvent {
  return {
    uuid: uuid(n),
    event: "order placed",
    distinct_id: "user-1",
    timestamp: "2026-01-01T00:00:00.000Z",
    properties: { n },
    ...change,
  };
}

/** What an emulator answered. */
export interface Answered {
  readonly status: number;
  readonly text: string;
  readonly headers: Headers;
}

async function toAnswered(response: Response): Promise<Answered> {
  return {
    status: response.status,
    text: await response.text(),
    headers: response.headers,
  };
}

/** Posts a JSON body. */
export async function post(
  fetch: EmulatorFetch,
  path: string,
  body: unknown,
  init?: RequestInit,
): Promise<Answered> {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  return await toAnswered(
    await fetch(`http://localhost${path}`, {
      method: "POST",
      body: text,
      ...init,
    }),
  );
}

/** Posts a batch of the given events. */
export function postBatch(
  fetch: EmulatorFetch,
  ...batch: readonly unknown[]
): Promise<Answered> {
  return post(fetch, "/batch/", {
    api_key: "phc_test",
    batch,
    sent_at: "2026-01-01T00:00:00.000Z",
  });
}

/** A complete v1 event; `change` replaces or (by undefined) removes members. */
export function v1Event(n: number, change: WireEvent = {}): WireEvent {
  return wireEvent(n, { options: {}, ...change });
}

/** The path of capture v1. */
export const V1_PATH = "/i/v1/analytics/events";

/** Its path for AI events. */
export const AI_V1_PATH = "/i/v1/ai/events";

/** The headers of a v1 request. */
export const V1_HEADERS: Readonly<Record<string, string>> = {
  "authorization": "Bearer phc_test",
  "content-type": "application/json",
  "user-agent": "edgehog/1.2.3",
  "posthog-sdk-info": "edgehog/1.2.3",
  "posthog-attempt": "1",
  "posthog-request-id": "0197b5e0-0000-7000-8000-00000000000a",
  "posthog-request-timestamp": "2026-01-01T00:00:00.000Z",
};

/** A v1 body of the given events. */
export function v1Body(...batch: readonly unknown[]): WireEvent {
  return { created_at: "2026-01-01T00:00:00.000Z", batch };
}

/** Posts the given events by v1. */
export function postV1(
  fetch: EmulatorFetch,
  ...batch: readonly unknown[]
): Promise<Answered> {
  return post(fetch, V1_PATH, v1Body(...batch), { headers: V1_HEADERS });
}

/** Gets the definitions. */
export async function getDefinitions(
  fetch: EmulatorFetch,
  headers: Record<string, string> = { authorization: "Bearer phx_test" },
  query = "?token=phc_test&send_cohorts",
): Promise<Answered> {
  return await toAnswered(
    await fetch(`http://localhost/flags/definitions${query}`, { headers }),
  );
}

/** The bytes of a text, gzipped. */
export function gzip(text: string): Promise<Uint8Array<ArrayBuffer>> {
  return compress(text, "gzip");
}

/** The bytes of a text, compressed. */
export async function compress(
  text: string,
  format: CompressionFormat,
): Promise<Uint8Array<ArrayBuffer>> {
  const stream = new Blob([text]).stream().pipeThrough(
    new CompressionStream(format),
  );
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

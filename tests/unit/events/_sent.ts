import type { CaptureMessage } from "edgehog";
import {
  createTestClient,
  type TestClient,
  type TestClientOptions,
} from "edgehog/testing";

/** An event as a request's body has it. */
export interface SentEvent {
  readonly event: string;
  readonly properties: Readonly<Record<string, unknown>>;
  readonly options?: Readonly<Record<string, unknown>>;
  readonly [member: string]: unknown;
}

/** A client, and what it sends. */
export interface Sender extends TestClient {
  /** The warnings so far. */
  warnings(): string[];
  /** Flushes; the events of all requests so far. */
  send(): Promise<SentEvent[]>;
}

/** A test client, and the events that its requests to the capture endpoints carried, in order. */
export function createSender(options: TestClientOptions): Sender {
  const client = createTestClient(options);
  const { posthog, emulator, logs } = client;
  return {
    ...client,
    warnings: () =>
      logs.filter(({ level }) => level === "warn").map(({ message }) =>
        message
      ),
    async send(): Promise<SentEvent[]> {
      await posthog.flush();
      return emulator.requests.flatMap(({ body }) =>
        (body as { batch?: SentEvent[] } | undefined)?.batch ?? []
      );
    },
  };
}

/** The event that a message becomes. */
export async function sendOne(
  message: Omit<CaptureMessage, "event">,
  options: TestClientOptions,
): Promise<Sender & { readonly event: SentEvent }> {
  const sender = createSender(options);
  sender.posthog.capture({ event: "a", distinctId: "u", ...message });
  const [event] = await sender.send();
  if (!event) throw new Error("no event was sent");
  return { ...sender, event };
}

/** What of the properties is not the client's own. */
export function ownProperties(
  { properties }: SentEvent,
): Record<string, unknown> {
  const own = /^\$(lib|lib_version|is_server|geoip_disable)$/;
  return Object.fromEntries(
    Object.entries(properties).filter(([name]) => !own.test(name)),
  );
}

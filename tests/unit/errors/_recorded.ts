import {
  createTestClient,
  type TestClient,
  type TestClientOptions,
} from "edgehog/testing";

/** What an event says. */
export type Properties = Readonly<Record<string, unknown>>;

/** A test client with what it said and sent. */
export interface Recorded extends TestClient {
  readonly warnings: string[];
  /** Debug lines but for those of each event and request. */
  readonly debugs: string[];
  readonly drops: string[];
  /** Flushes, and gives the properties of all that arrived. */
  received(): Promise<Properties[]>;
}

/** Makes such a client. */
export function createRecorded(options: TestClientOptions = {}): Recorded {
  const warnings: string[] = [];
  const debugs: string[] = [];
  const drops: string[] = [];
  const quiet = () => {};
  const client = createTestClient({
    logger: {
      debug(message) {
        // Each event and each request has a line.
        if (!/^(Took|POST|GET|Flags|Loaded) /.test(message)) {
          debugs.push(message);
        }
      },
      info: quiet,
      warn: (message) => warnings.push(message),
      error: quiet,
    },
    debug: true,
    ...options,
  });
  client.posthog.on("drop", ({ reason }) => drops.push(reason));
  return {
    ...client,
    warnings,
    debugs,
    drops,
    async received() {
      await client.posthog.flush();
      return client.emulator.events.map(({ properties }) => properties);
    },
  };
}

/** The outermost exception of an event. */
export function firstEntry(properties: Properties | undefined): Properties {
  const list = properties?.["$exception_list"] as readonly Properties[];
  return list[0] ?? {};
}

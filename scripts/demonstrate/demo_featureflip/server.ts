import { FeatureflipClient } from "edgehog/featureflip";
import type { FeatureflipEmulator } from "../../../src/dev/mod.ts";

/** What a process that lives on saw. */
export interface ServerRun {
  /** How long each change took to be heard, in ms. */
  readonly heardMs: readonly number[];
  /** Connections that were lost and made again. */
  readonly reconnects: number;
  /** Reads while Featureflip was down that did not give the last value. */
  readonly wrongReads: number;
  /** Whether what changed during the outage was heard after it. */
  readonly recovered: boolean;
}

const CHANGES = 20;

const OUTAGE_READS = 1000;

/** A client of this process, against the emulator on loopback: changes, a lost connection, an outage. */
export async function runServer(
  emulator: FeatureflipEmulator,
  baseUrl: string,
): Promise<ServerRun> {
  const client = await FeatureflipClient.create({
    sdkKey: "sdk-demo-server",
    baseUrl,
    sendEvents: false,
  });
  const read = () => client.numberVariation("order-limit", {}, -1);
  const change = async (value: number) => {
    const start = performance.now();
    const heard = new Promise<void>((resolve) => {
      const end = client.on("update", () => {
        if (read() !== value) return;
        end();
        resolve();
      });
    });
    emulator.setFlag("order-limit", value);
    await heard;
    return performance.now() - start;
  };
  const heardMs: number[] = [];
  await change(0);
  for (let value = 1; value <= CHANGES; value++) {
    heardMs.push(await change(value));
  }
  // Down: the stream ends, nothing is answered, a flag changes meanwhile.
  let refused = 0;
  const isOver = Promise.withResolvers<void>();
  emulator.setFaultPolicy(() => {
    if (++refused === 2) isOver.resolve();
    return { status: 503 };
  });
  emulator.dropStreams();
  let wrongReads = 0;
  for (let at = 0; at < OUTAGE_READS; at++) {
    if (read() !== CHANGES) wrongReads++;
  }
  await isOver.promise;
  if (read() !== CHANGES) wrongReads++;
  emulator.setFaultPolicy(undefined);
  await change(CHANGES + 1);
  const recovered = read() === CHANGES + 1;
  await client.close();
  return { heardMs, reconnects: refused + 1, wrongReads, recovered };
}

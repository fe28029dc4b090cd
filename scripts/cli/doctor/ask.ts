import type { FlagDefinitions } from "../../../src/local_evaluation/evaluation/rules.ts";
import type { Kernel } from "../../../src/client/kernel.ts";
import type { HttpOutcome } from "../../../src/delivery/http.ts";
import {
  createV0Wire,
  type Wire,
  writeBody,
} from "../../../src/delivery/wire.ts";
import { createV1Wire } from "../../../src/delivery/wire_v1.ts";
import {
  type DefinitionsAnswer,
  requestDefinitions,
} from "../../../src/local_evaluation/definitions/request.ts";
import { readFlagDefinitions } from "../../../src/local_evaluation/evaluation/definitions.ts";

/** What was answered to a batch without events. */
export interface EventsAnswer {
  /** The protocol it was sent by. */
  readonly wire: Wire;
  /** Where it was sent. */
  readonly path: string;
  /** What came of it. */
  readonly outcome: HttpOutcome;
  /** How far this machine's clock is ahead of the server's, in ms; undefined where that is not known. */
  readonly aheadMs: number | undefined;
}

/** Sends a batch without events, in the protocol and with the headers that events go with: nothing is captured. */
export async function askEvents(kernel: Kernel): Promise<EventsAnswer> {
  const { clock, door, options } = kernel;
  const wire = (options.captureMode === "v1" ? createV1Wire : createV0Wire)(
    options,
  );
  const path = wire.toPath("analytics");
  const sentAt = clock.now();
  const request = {
    id: kernel.createUuid(sentAt),
    attempt: 1,
    createdAt: sentAt,
  };
  const { headers, body } = wire.frame(request, sentAt);
  const outcome = await door.send({
    method: "POST",
    url: options.host + path,
    headers: { ...headers, "Content-Type": "application/json" },
    body: new TextEncoder().encode(writeBody(body, [])),
    timeoutMs: options.requestTimeout,
  });
  return {
    wire,
    path,
    outcome,
    aheadMs: compareClocks(outcome, sentAt, clock.now()),
  };
}

/** The server wrote its `Date` between the two; it has whole seconds. */
function compareClocks(
  outcome: HttpOutcome,
  sentAt: number,
  answeredAt: number,
): number | undefined {
  const date = "headers" in outcome ? outcome.headers.get("date") : null;
  const at = Date.parse(date ?? "");
  if (Number.isNaN(at)) return undefined;
  return at < sentAt ? sentAt - at : at > answeredAt ? answeredAt - at : 0;
}

/** Asks for no flag of nobody: the one request that PostHog looks the project token up for. */
export function askFlags({ door, options }: Kernel): Promise<HttpOutcome> {
  return door.send({
    method: "POST",
    url: `${options.host}/flags/?v=4`,
    headers: { "Content-Type": "application/json" },
    body: new TextEncoder().encode(JSON.stringify({
      token: options.apiKey,
      "distinct_id": "edgehog-doctor",
      "flag_keys_to_evaluate": [],
      "geoip_disable": true,
    })),
    timeoutMs: options.requestTimeout,
  });
}

/** Loads the flag definitions as a client does. */
export function askDefinitions(
  kernel: Kernel,
  secretKey: string,
): Promise<DefinitionsAnswer> {
  const read = (json: unknown): FlagDefinitions | undefined =>
    readFlagDefinitions(json);
  return requestDefinitions(kernel, secretKey, undefined, read, {
    pathIndex: 0,
  });
}

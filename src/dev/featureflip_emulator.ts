import { systemClock } from "../core/clock.ts";
import { isObject, isRecord } from "../core/guards.ts";
import type { JsonObject, JsonValue } from "../core/json.ts";
import type { Answer } from "./answer.ts";
import { createFaultPlan } from "./faults.ts";
import { buildFrame, createStreamHub } from "./featureflip_streams.ts";
import type {
  FeatureflipDefinition,
  FeatureflipEmulator,
  FeatureflipEmulatorOptions,
  FeatureflipFlags,
} from "./featureflip_types.ts";
import type { ReadRequest } from "./incoming.ts";
import { createRecentList } from "./recent_list.ts";
import { createEmulatorFetch } from "./serving.ts";
import type { ReceivedRequest } from "./types.ts";

/** Requests and events kept. */
const MAX_KEPT = 10_000;

const PREFIX = "/v1/sdk/";

/**
 * Creates Featureflip's Evaluation API in one fetch function: all flags, one flag, the stream and the events, held in
 * memory, with faults on demand. It serves flags and evaluates none, as the service does for server SDKs.
 *
 * @example A flag that changes
 * ```ts
 * import { createFeatureflipEmulator } from "edgehog/dev";
 * import { FeatureflipClient } from "edgehog/featureflip";
 * import { assertEquals } from "@std/assert";
 *
 * const emulator = createFeatureflipEmulator({ flags: { "new-checkout": false } });
 * const client = await FeatureflipClient.create({ sdkKey: "sdk-emulator-example", fetch: emulator.fetch });
 * emulator.setFlag("new-checkout", true); // an open stream would hear of it by itself
 * await client.refresh();
 * assertEquals(client.boolVariation("new-checkout", { "user_id": "u-9" }, false), true);
 * await client.close();
 * assertEquals(emulator.events.map(({ flagKey }) => flagKey), ["new-checkout"]);
 * ```
 */
export function createFeatureflipEmulator(
  options: FeatureflipEmulatorOptions = {},
): FeatureflipEmulator {
  const clock = options.clock ?? systemClock;
  const faults = createFaultPlan();
  const requests = createRecentList<ReceivedRequest>(MAX_KEPT);
  const events = createRecentList<JsonObject>(MAX_KEPT);
  const hub = createStreamHub();
  let version = 1;
  let flags = toDefinitions(options.flags ?? {}, version);
  let segments = options.segments ?? [];
  const buildSnapshot = () =>
    ({ environment: "emulator", version, flags, segments }) as JsonValue;

  const carryOut = (
    { incoming }: ReadRequest,
    signal: AbortSignal,
  ): Answer | Response => {
    const { method, path, headers, body } = incoming;
    const key = headers["authorization"]?.trim();
    if (!key || (options.sdkKey !== undefined && key !== options.sdkKey)) {
      return refuse(401, "The SDK key is missing or unknown");
    }
    const name = path.startsWith(PREFIX) ? path.slice(PREFIX.length) : "";
    if (method === "POST" && name === "events") {
      const given = isRecord(body) ? body["events"] : undefined;
      if (!Array.isArray(given)) return refuse(400, "There are no events");
      for (const event of given) events.add(event);
      return { status: 202 };
    }
    if (method !== "GET") return refuse(404, `There is no ${method} ${path}`);
    if (name === "flags") return { status: 200, body: buildSnapshot() };
    if (name === "stream") {
      return hub.open(buildFrame("sync", buildSnapshot()), signal);
    }
    const flag = flags.find(({ key }) =>
      name === `flags/${encodeURIComponent(key)}`
    );
    return flag
      ? { status: 200, body: flag as JsonValue }
      : refuse(404, `There is no ${path}`);
  };

  return {
    fetch: createEmulatorFetch({ clock, faults, requests, carryOut }),
    requests: requests.entries,
    events: events.entries,
    get openStreams() {
      return hub.count;
    },
    setFlags(next, nextSegments = segments) {
      flags = toDefinitions(next, ++version);
      segments = nextSegments;
      hub.send(buildFrame("sync", buildSnapshot()));
    },
    setFlag(key, flag) {
      const isNew = !flags.some((other) => other.key === key);
      const others = flags.filter((other) => other.key !== key);
      flags = [...others, toDefinition(key, flag, ++version)];
      const event = isNew ? "flag.created" : "flag.updated";
      hub.send(buildFrame(event, { key, version }));
    },
    deleteFlag(key) {
      flags = flags.filter((flag) => flag.key !== key);
      hub.send(buildFrame("flag.deleted", { key }));
    },
    sendRaw: hub.send,
    dropStreams: hub.drop,
    failNext: faults.add,
    setFaultPolicy: faults.setPolicy,
    reset() {
      events.clear();
      requests.clear();
      faults.clear();
      hub.drop();
    },
  };
}

function refuse(status: number, error: string): Answer {
  return { status, body: { error } };
}

function toDefinitions(
  flags: FeatureflipFlags,
  version: number,
): readonly FeatureflipDefinition[] {
  return Array.isArray(flags)
    ? flags
    : Object.entries(flags).map(([key, flag]) =>
      toDefinition(key, flag, version)
    );
}

/** A definition as it is; any other value as what a flag serves to everybody. */
function toDefinition(
  key: string,
  flag: unknown,
  version: number,
): FeatureflipDefinition {
  if (isObject(flag) && isRecord(flag["fallthrough"])) {
    return { version, ...flag, key };
  }
  return {
    key,
    version,
    type: TYPES[typeof flag] ?? "Json",
    enabled: true,
    variations: [{ key: "default", value: flag }],
    prerequisites: [],
    rules: [],
    fallthrough: { type: "Fixed", variation: "default" },
    offVariation: "default",
  };
}

/** What Featureflip calls the types of values. */
const TYPES: Readonly<Record<string, string>> = {
  boolean: "Boolean",
  string: "String",
  number: "Number",
};

import { systemClock } from "../core/clock.ts";
import type { Lane } from "../core/delivery.ts";
import { webCryptoHasher } from "../core/hash.ts";
import { systemRandom } from "../core/random.ts";
import { createUuidSource } from "../core/uuid.ts";
import { type Answer, buildError } from "./answer.ts";
import { answerBatch } from "./batch_endpoint.ts";
import { answerDefinitions } from "./definitions_endpoint.ts";
import { createEventStore } from "./event_store.ts";
import { createFaultPlan } from "./faults.ts";
import { answerFlags } from "./flags_endpoint.ts";
import type { ReadRequest } from "./incoming.ts";
import { createProject } from "./project.ts";
import { createRecentList } from "./recent_list.ts";
import {
  answerRemoteConfig,
  isRemoteConfigPath,
} from "./remote_config_endpoint.ts";
import { createEmulatorFetch } from "./serving.ts";
import type {
  EmulatorOptions,
  EmulatorPath,
  EventPolicy,
  PostHogEmulator,
  ReceivedRequest,
} from "./types.ts";
import { answerV1Events } from "./v1_endpoint.ts";

/** Requests kept; each holds its body. */
const MAX_REQUESTS = 10_000;

/** One endpoint. */
interface Route {
  readonly method: "GET" | "POST";
  /** Whether the path is known with a trailing slash only. Default: with and without. */
  readonly needsSlash?: boolean;
  readonly handle: (request: ReadRequest) => Answer | Promise<Answer>;
}

/**
 * Creates a PostHog in one fetch function: event ingestion, remote flag evaluation, flag definitions and remote
 * config, held in memory, with faults on demand. Does nothing until it is asked.
 *
 * Events arrive at `/i/v1/analytics/events` and `/i/v1/ai/events` (the lane `ai`), which check headers and types
 * strictly and answer event by event, or at `/batch/` and `/i/v0/ai/batch/` (without its trailing slash it is a 404).
 *
 * It knows of a person what a request says of them: properties set by earlier events do not count, and a flag
 * that needs them is off.
 *
 * @example A batch, as a client sends it
 * ```ts
 * import { createPostHogEmulator } from "edgehog/dev";
 * import { assertEquals } from "@std/assert";
 *
 * const emulator = createPostHogEmulator();
 * const response = await emulator.fetch("http://localhost/batch/", {
 *   method: "POST",
 *   body: JSON.stringify({
 *     api_key: "phc_example",
 *     batch: [{
 *       event: "order placed",
 *       distinct_id: "user-1",
 *       uuid: "0197b5e0-0000-7000-8000-000000000001",
 *       timestamp: "2026-01-01T00:00:00.000Z",
 *       properties: { total: 12 },
 *     }],
 *   }),
 * });
 * assertEquals(await response.json(), { status: "Ok" });
 * assertEquals(emulator.events.map(({ event }) => event), ["order placed"]);
 * ```
 */
export function createPostHogEmulator(
  options: EmulatorOptions = {},
): PostHogEmulator {
  const clock = options.clock ?? systemClock;
  const hasher = options.hasher ?? webCryptoHasher;
  const uuids = createUuidSource(options.random ?? systemRandom);
  const project = createProject({
    projectToken: options.projectToken,
    secretKey: options.secretKey,
  });
  const store = createEventStore();
  let eventPolicy: EventPolicy | undefined;
  const faults = createFaultPlan();
  const requests = createRecentList<ReceivedRequest>(MAX_REQUESTS);
  if (options.flags) project.setFlags(options.flags);

  const answerV1 = (lane: Lane, request: ReadRequest) =>
    answerV1Events({ project, store, lane, policy: eventPolicy }, request);

  const routes: Readonly<Record<EmulatorPath, Route>> = {
    "/batch": {
      method: "POST",
      handle: (request) =>
        answerBatch({ project, store, lane: "analytics" }, request),
    },
    "/i/v0/ai/batch": {
      method: "POST",
      needsSlash: true,
      handle: (request) => answerBatch({ project, store, lane: "ai" }, request),
    },
    "/i/v1/analytics/events": {
      method: "POST",
      handle: (request) => answerV1("analytics", request),
    },
    "/i/v1/ai/events": {
      method: "POST",
      handle: (request) => answerV1("ai", request),
    },
    "/flags": {
      method: "POST",
      handle: (request) => answerFlags({ project, uuids, hasher }, request),
    },
    "/flags/definitions": {
      method: "GET",
      handle: (request) => answerDefinitions(project, request),
    },
  };
  const table: ReadonlyMap<string, Route> = new Map(Object.entries(routes));
  const remoteConfig: Route = {
    method: "GET",
    handle: (request) => answerRemoteConfig(project, request),
  };
  const findRoute = (path: string) =>
    isRemoteConfigPath(path) ? remoteConfig : table.get(path);

  const carryOut = (request: ReadRequest) => {
    const { method, path, url } = request.incoming;
    const { pathname } = new URL(url);
    const route = findRoute(path);
    const isThere = !route?.needsSlash || pathname.endsWith("/");
    if (route?.method === method && isThere) return route.handle(request);
    const isRefused = route?.method === "POST" && method === "GET";
    return buildError(
      isRefused ? 405 : 404,
      "invalid_request",
      isRefused ? "method_not_allowed" : "not_found",
      `There is no ${method} ${pathname}`,
    );
  };

  return {
    events: store.events,
    requests: requests.entries,
    fetch: createEmulatorFetch({ clock, faults, requests, carryOut }),
    setFlags: project.setFlags,
    failNext: faults.add,
    setFaultPolicy: faults.setPolicy,
    setEventPolicy(policy) {
      eventPolicy = policy;
    },
    setQuotaLimited: project.setQuotas,
    reset() {
      store.clear();
      requests.clear();
      faults.clear();
      eventPolicy = undefined;
      project.setQuotas([]);
    },
  };
}

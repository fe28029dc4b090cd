import { systemClock } from "../core/clock.ts";
import type { Lane } from "../core/delivery.ts";
import { webCryptoHasher } from "../core/hash.ts";
import { consoleLogger } from "../core/logger.ts";
import { systemRandom } from "../core/random.ts";
import { createUuidSource } from "../core/uuid.ts";
import { type Answer, buildError } from "./answer.ts";
import { answerBatch } from "./batch_endpoint.ts";
import { answerDefinitions } from "./definitions_endpoint.ts";
import { createChangeHub } from "./changes.ts";
import { type AcceptEvent, createEventStore } from "./event_store.ts";
import { createFaultPlan } from "./faults.ts";
import { answerFlags } from "./flags_endpoint.ts";
import type { ReadRequest } from "./incoming.ts";
import {
  createKeptState,
  isDone,
  type KeptState,
  STORE_FAILURE,
} from "./kept_state.ts";
import { createProject, type Project } from "./project.ts";
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
  IncomingEvent,
  IncomingRequest,
  PostHogEmulator,
  ReceivedRequest,
} from "./types.ts";
import { answerV1Events } from "./v1_endpoint.ts";

/** Requests kept; each holds its body. */
const MAX_REQUESTS = 10_000;

/** Letters of the bodies of requests kept, all together. */
const MAX_BODIES = 128 * 1024 * 1024;

/** One endpoint. */
interface Route {
  readonly method: "GET" | "POST";
  /** Whether the path is known with a trailing slash only. Default: with and without. */
  readonly needsSlash?: boolean;
  readonly handle: (
    request: ReadRequest,
    accept: AcceptEvent,
  ) => Answer | Promise<Answer>;
}

/**
 * Creates a PostHog in one fetch function: event ingestion, remote flag evaluation, flag definitions and remote
 * config, held in memory or in a store too, with faults on demand. Does nothing until it is asked.
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
  const project = createProject({
    projectToken: options.projectToken,
    secretKey: options.secretKey,
  });
  if (options.flags) project.setFlags(options.flags);
  const events = createEventStore();
  const faults = createFaultPlan();
  const requests = createRecentList<ReceivedRequest>(
    MAX_REQUESTS,
    MAX_BODIES,
  );
  const { tell, subscribe } = createChangeHub();
  const kept = createKeptState({
    store: options.store,
    logger: options.logger ?? consoleLogger,
    events,
    project,
    tell,
  });
  let eventPolicy: EventPolicy | undefined;
  const findRoute = createRoutes(project, options, () => eventPolicy);

  return {
    events: events.events,
    requests: requests.entries,
    fetch: createEmulatorFetch({
      clock,
      faults,
      requests,
      carryOut: (request) => carryOut(findRoute, kept, request),
      headersFor: ({ path, headers }) =>
        findRoute(path)?.method === "POST" ? buildCorsHeaders(headers) : {},
      onSettled: (request) => tell({ kind: "request", request }),
    }),
    ready: kept.ready,
    getFlags: () => project.flags.document,
    setFlags: kept.setFlags,
    editFlags: kept.editFlags,
    failNext(fault) {
      faults.add(fault);
      tell({ kind: "faults" });
    },
    getPlannedFaults: faults.list as PostHogEmulator["getPlannedFaults"],
    clearPlannedFaults() {
      faults.clearPlanned();
      tell({ kind: "faults" });
    },
    setFaultPolicy: faults.setPolicy,
    setEventPolicy(policy) {
      eventPolicy = policy;
    },
    setQuotaLimited: project.setQuotas,
    reset() {
      kept.forgetEvents();
      requests.clear();
      faults.clear();
      eventPolicy = undefined;
      project.setQuotas([]);
      tell({ kind: "reset" });
    },
    subscribe,
  };
}

/** Finds the endpoint of a path. */
type FindRoute = (path: string) => Route | undefined;

function createRoutes(
  project: Project,
  options: EmulatorOptions,
  getPolicy: () => EventPolicy | undefined,
): FindRoute {
  const hasher = options.hasher ?? webCryptoHasher;
  const uuids = createUuidSource(options.random ?? systemRandom);
  const batch = (lane: Lane): Route => ({
    method: "POST",
    needsSlash: lane === "ai",
    handle: (request, accept) =>
      answerBatch({ project, accept, lane }, request),
  });
  const v1 = (lane: Lane): Route => ({
    method: "POST",
    handle: (request, accept) =>
      answerV1Events({ project, accept, lane, policy: getPolicy() }, request),
  });
  const routes: Readonly<Record<EmulatorPath, Route>> = {
    "/batch": batch("analytics"),
    "/i/v0/ai/batch": batch("ai"),
    "/i/v1/analytics/events": v1("analytics"),
    "/i/v1/ai/events": v1("ai"),
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
  return (path) => isRemoteConfigPath(path) ? remoteConfig : table.get(path);
}

/** Does what a request asks; the events that it brings are kept before it is answered. */
async function carryOut(
  findRoute: FindRoute,
  kept: KeptState,
  request: ReadRequest,
): Promise<Answer> {
  const { method, path, url, receivedAt } = request.incoming;
  const { pathname } = new URL(url);
  const route = findRoute(path);
  const isThere = !route?.needsSlash || pathname.endsWith("/");
  if (route?.method === "POST" && method === "OPTIONS") return { status: 204 };
  if (route?.method !== method || !isThere) {
    const isRefused = route?.method === "POST" && method === "GET";
    return buildError(
      isRefused ? 405 : 404,
      "invalid_request",
      isRefused ? "method_not_allowed" : "not_found",
      `There is no ${method} ${pathname}`,
    );
  }
  const accepted: IncomingEvent[] = [];
  if (!await isDone(kept.ready())) return NO_STORE;
  const answer = await route.handle(
    request,
    (event) => void accepted.push(event),
  );
  return accepted.length === 0 ||
      await isDone(kept.accept(accepted, receivedAt))
    ? answer
    : NO_STORE;
}

/** As PostHog answers browsers: pages of any origin may send events and ask for flags, never for definitions. */
function buildCorsHeaders(
  headers: IncomingRequest["headers"],
): Readonly<Record<string, string>> {
  const asked = headers["access-control-request-headers"];
  return {
    "access-control-allow-origin": "*",
    ...(asked !== undefined && {
      "access-control-allow-methods": "POST",
      "access-control-allow-headers": asked,
      "access-control-max-age": "86400",
    }),
  };
}

/** What a request gets that the store was in the way of: PostHog's word for it, which clients try again at. */
const NO_STORE: Answer = buildError(
  503,
  "server_error",
  "store_unavailable",
  STORE_FAILURE,
);

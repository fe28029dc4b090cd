import { systemClock } from "../../core/clock.ts";
import { webCryptoHasher } from "../../core/hash.ts";
import { parseJson } from "../../core/json.ts";
import { isDone, STORE_FAILURE } from "../kept_state.ts";
import { buildProjectFlags } from "../project.ts";
import type { PlannedFault, PostHogEmulator } from "../types.ts";
import { HTML, ICON, SCRIPT, STYLE } from "./assets.ts";
import { createChangesStream } from "./changes_stream.ts";
import { createEventSearch } from "./event_search.ts";
import { readFault } from "./fault_form.ts";
import { editFlag } from "./flag_edits.ts";
import { explainFlags } from "./flag_tester.ts";
import { findRefusal } from "./guard.ts";
import { createRequestList } from "./request_list.ts";
import type { EmulatorPage, EmulatorPageOptions } from "./types.ts";

/** Answers one of the page's paths. */
type Handler = (request: Request) => Response | Promise<Response>;

/** The handlers of a path, by method. */
type Handlers = Readonly<Record<string, Handler>>;

/** A page carries nothing of another's, and no text of an event can become a script. */
const PAGE_HEADERS: Readonly<Record<string, string>> = {
  "content-security-policy": [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self'",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ].join("; "),
  "cross-origin-resource-policy": "same-origin",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
  "cache-control": "no-cache",
};

/**
 * Puts a page in front of an emulator, for a browser on one's own machine: events as they arrive, flags to edit and to
 * try out, exceptions, requests, and faults to plan. `GET /` is the page, `GET /events` the events as JSON; what the page
 * itself asks for is below `/emulator/`. All else is the emulator's to answer.
 *
 * These paths answer only requests that name this machine as their host and come from no foreign page; others get 403.
 * Serve it on loopback: whoever reaches it sees everything that the emulator received.
 *
 * @example
 * ```ts
 * import { createPostHogEmulator } from "edgehog/dev";
 * import { createEmulatorPage } from "edgehog/dev/page";
 * import { assertEquals } from "@std/assert";
 *
 * const page = createEmulatorPage(createPostHogEmulator());
 * // Deno.serve({ hostname: "127.0.0.1", port: 8010 }, (request) => page.fetch(request));
 * const response = await page.fetch("http://localhost:8010/events");
 * assertEquals((await response.json()).events, []);
 * ```
 */
export function createEmulatorPage(
  emulator: PostHogEmulator,
  { hosts = [] }: EmulatorPageOptions = {},
): EmulatorPage {
  const paths: ReadonlyMap<string, Handlers> = new Map([
    ...Object.entries(createAssetPaths()),
    ...Object.entries(createControlPaths(emulator)),
  ]);
  return {
    async fetch(input, init) {
      const request = new Request(input, init);
      const handlers = paths.get(new URL(request.url).pathname);
      if (!handlers) return await emulator.fetch(request);
      const refusal = findRefusal(request, hosts);
      if (refusal !== undefined) return refuse(403, refusal);
      const handle = Object.hasOwn(handlers, request.method)
        ? handlers[request.method]
        : undefined;
      if (!handle) return refuse(405, `There is no ${request.method} here`);
      const response = await handle(request);
      for (const [name, value] of Object.entries(PAGE_HEADERS)) {
        if (!response.headers.has(name)) response.headers.set(name, value);
      }
      return response;
    },
  };
}

function createAssetPaths(): Readonly<Record<string, Handlers>> {
  const serve = (text: string, type: string): Handlers => {
    const headers = { "content-type": type };
    return {
      GET: () => new Response(text, { headers }),
      HEAD: () => new Response(null, { headers }),
    };
  };
  return {
    "/": serve(HTML, "text/html; charset=utf-8"),
    "/emulator/page.js": serve(SCRIPT, "text/javascript; charset=utf-8"),
    "/emulator/page.css": serve(STYLE, "text/css; charset=utf-8"),
    "/emulator/icon.svg": serve(ICON, "image/svg+xml"),
  };
}

function createControlPaths(
  emulator: PostHogEmulator,
): Readonly<Record<string, Handlers>> {
  const search = createEventSearch(emulator.events);
  const requests = createRequestList(emulator.requests);
  const changes = createChangesStream(emulator);
  const readFlags = async () => {
    const definitions = emulator.getFlags();
    return reply({
      definitions,
      etag: await buildProjectFlags(definitions).etag(),
    });
  };
  const readFaults = () => reply({ faults: emulator.getPlannedFaults() });
  const paths: Readonly<Record<string, Handlers>> = {
    "/events": { GET: ({ url }) => reply(search.find(queryOf(url))) },
    "/emulator/changes": {
      GET: (request) =>
        changes.open(request) ?? refuse(503, "Too many pages are open"),
    },
    "/emulator/requests": {
      GET: ({ url }) => reply(requests.find(queryOf(url))),
    },
    "/emulator/flags": {
      GET: readFlags,
      POST: withJson(async (edit) => {
        const edited = editFlag(emulator.getFlags(), edit);
        if (edited.kind === "refused") return refuse(400, edited.reason);
        return await isDone(emulator.editFlags(edited.definitions))
          ? await readFlags()
          : refuse(503, STORE_FAILURE);
      }),
    },
    "/emulator/evaluate": {
      POST: withJson(async (question) => {
        const flags = await explainFlags({
          definitions: emulator.getFlags(),
          question,
          now: systemClock.now(),
          hasher: webCryptoHasher,
        });
        return flags ? reply({ flags }) : refuse(400, "Whom is it about?");
      }),
    },
    "/emulator/faults": {
      GET: readFaults,
      POST: withJson((given) => {
        const fault = readFault(given);
        if (typeof fault === "string") return refuse(400, fault);
        emulator.failNext(fault as PlannedFault);
        return readFaults();
      }),
      DELETE: () => {
        emulator.clearPlannedFaults();
        return readFaults();
      },
    },
    "/emulator/events": {
      DELETE: () => {
        emulator.reset();
        return reply({});
      },
    },
  };
  return awaitStore(emulator, paths);
}

/** What a restarted emulator has in its store is there before the first answer. */
function awaitStore(
  emulator: PostHogEmulator,
  paths: Readonly<Record<string, Handlers>>,
): Readonly<Record<string, Handlers>> {
  const wrap = (handle: Handler): Handler => async (request) =>
    await isDone(emulator.ready())
      ? await handle(request)
      : refuse(503, STORE_FAILURE);
  return mapValues(paths, (handlers) => mapValues(handlers, wrap));
}

function mapValues<From, To>(
  record: Readonly<Record<string, From>>,
  map: (value: From) => To,
): Record<string, To> {
  return Object.fromEntries(
    Object.entries(record).map(([name, value]) => [name, map(value)]),
  );
}

/** A page of another origin can send texts unasked, but no JSON. */
function withJson(
  handle: (body: unknown) => Response | Promise<Response>,
): Handler {
  return async (request) => {
    if (
      !/^application\/json\b/.test(request.headers.get("content-type") ?? "")
    ) {
      return refuse(
        415,
        "The body has to be JSON, with Content-Type: application/json",
      );
    }
    const body = parseJson(await request.text());
    return body === undefined
      ? refuse(400, "The body is no JSON")
      : handle(body);
  };
}

function queryOf(url: string): URLSearchParams {
  return new URL(url).searchParams;
}

function reply(body: unknown): Response {
  return Response.json(body, { headers: { "cache-control": "no-store" } });
}

function refuse(status: number, error: string): Response {
  return Response.json({ error }, { status });
}

import { assert, assertEquals } from "@std/assert";
import type { ReceivedEvent } from "edgehog/dev";
import {
  type Collector,
  type NextServer,
  readAction,
  startCollector,
  startNext,
} from "./_next_server.ts";
import { type Project, testProject } from "./_project.ts";

const all = (rolloutPercentage: number, variant?: string) => ({
  groups: [{
    rollout_percentage: rolloutPercentage,
    properties: [],
    ...(variant && { variant }),
  }],
});

const FLAGS = {
  flags: [
    { key: "new-nav", active: true, filters: all(100) },
    { key: "half", active: true, filters: all(50) },
    {
      key: "pricing",
      active: true,
      filters: {
        ...all(100),
        multivariate: {
          variants: [
            { key: "annual", rollout_percentage: 50 },
            { key: "monthly", rollout_percentage: 50 },
          ],
        },
        payloads: { annual: '{"price":120}', monthly: '{"price":12}' },
      },
    },
    // Nothing that a page asks for, and no definition decides it.
    {
      key: "pro-only",
      active: true,
      filters: {
        groups: [{
          rollout_percentage: 100,
          properties: [{
            key: "plan",
            value: "pro",
            operator: "exact",
            type: "person",
          }],
        }],
      },
    },
  ],
};

const FLAGS_SECRET = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8";
const HEADERS = { "x-posthog-distinct-id": "visitor-1" };

function createEnv({ url }: Collector): Record<string, string> {
  return {
    NEXT_TELEMETRY_DISABLED: "1",
    POSTHOG_API_KEY: "phc_x",
    POSTHOG_PERSONAL_API_KEY: "phx_x",
    POSTHOG_HOST: url,
    FLAGS_SECRET,
  };
}

/** Keeps no connection open, which would hold up the end of the server. */
async function request(
  url: string,
  init: RequestInit = {},
): Promise<{ readonly status: number; readonly text: string }> {
  using client = Deno.createHttpClient({ poolMaxIdlePerHost: 0 });
  const response = await fetch(url, { redirect: "manual", ...init, client });
  return { status: response.status, text: await response.text() };
}

async function get(
  { url }: NextServer,
  path: string,
  headers: Record<string, string> = HEADERS,
): Promise<{ readonly status: number; readonly text: string }> {
  return await request(url + path, { headers });
}

async function act({ url }: NextServer, kind: string): Promise<number> {
  const page = await request(`${url}/actions`);
  const body = readAction(page.text);
  body.set("kind", kind);
  const init = { method: "POST", headers: HEADERS, body };
  return (await request(`${url}/actions`, init)).status;
}

/** An event's name, its person where somebody is known, and of an exception what and where it is. */
function describe({ event, distinctId, properties }: ReceivedEvent): string {
  const { [`$exception_message`]: message, route } = properties;
  return event === "$exception"
    ? `${message}: ${properties["$exception_source"]} ${
      route ?? properties["$request_path"]
    } ${distinctId}`
    : `${event} ${distinctId}`;
}

const sorted = (events: readonly ReceivedEvent[]) =>
  events.map(describe).sort();

async function showEvents(
  server: NextServer,
  { emulator, until }: Collector,
): Promise<void> {
  assertEquals((await get(server, "/orders/7?token=secret")).status, 200);
  assertEquals(JSON.parse((await get(server, "/api/orders/7")).text), {
    id: "7",
  });
  assertEquals(JSON.parse((await get(server, "/api/edge")).text), {
    runtime: "edge",
  });
  assertEquals(await act(server, ""), 200);
  await until("every event", (events) => events.length >= 6);
  assertEquals(sorted(emulator.events), [
    "edge served visitor-1",
    "items rendered visitor-1",
    "order placed visitor-1",
    "order rendered visitor-1",
    "order served visitor-1",
    "proxied visitor-1",
  ]);
  assertEquals(JSON.stringify(emulator.events).includes("secret"), false);
}

const ERRORS = [
  "action boom: next.request_error /actions/page visitor-1",
  "bare boom: next.request_error /api/bare/[id] visitor-1",
  "edge boom: next.route /api/edge visitor-1",
  "page boom: next.request_error /orders/[id] visitor-1",
  "proxy boom: next.middleware /orders/7 visitor-1",
  "wrapped boom: next.route /api/orders/[id] visitor-1",
];

const isException = ({ event }: ReceivedEvent) => event === "$exception";

async function failAt(
  server: NextServer,
  paths: readonly string[],
): Promise<void> {
  for (const path of paths) {
    assertEquals([path, (await get(server, path)).status], [path, 500]);
  }
}

/** Waits for these exceptions, and that there are no others once the server is gone. */
async function endWith(
  server: NextServer,
  { emulator, until }: Collector,
  exceptions: readonly string[],
): Promise<void> {
  await until(
    "an exception for each",
    (events) => events.filter(isException).length >= exceptions.length,
  );
  await server.stop();
  assertEquals(sorted(emulator.events.filter(isException)), [...exceptions]);
}

async function showErrors(
  server: NextServer,
  collector: Collector,
): Promise<void> {
  await failAt(server, [
    "/orders/7?page-error",
    "/api/orders/7?error",
    "/api/bare/7",
    "/orders/7?proxy-error",
    "/api/edge?error",
  ]);
  assertEquals(await act(server, "error"), 500);
  await endWith(server, collector, ERRORS);
}

async function showSignals(
  server: NextServer,
  { emulator, until }: Collector,
): Promise<void> {
  const rows: [path: string, status: number][] = [
    ["/signals/redirect", 307],
    ["/signals/missing", 404],
    ["/api/signals/redirect", 307],
    ["/api/signals/missing", 404],
    ["/api/bailout", 200],
  ];
  for (const [path, status] of rows) {
    assertEquals([path, (await get(server, path)).status], [path, status]);
  }
  await get(server, "/api/signals/response");
  assertEquals(await act(server, "redirect"), 303);
  assertEquals(await act(server, "missing"), 404);
  const names = ["signalled", "signalled", "signalled", "bailed out"];
  await until(
    "the events of what was no error",
    (events) =>
      names.every((name) => events.some(({ event }) => event === name)),
  );
  await server.stop();
  assertEquals(emulator.events.filter(isException), []);
}

interface FlagPage {
  readonly sdk: Record<string, unknown>;
  readonly own: Record<string, unknown>;
}

async function readFlags(
  server: NextServer,
  user: string,
  query: string = "",
  headers: Record<string, string> = {},
): Promise<FlagPage> {
  const { text } = await get(server, `/flags${query}`, {
    "x-user": user,
    ...headers,
  });
  return JSON.parse(readJson(text));
}

/** The JSON that a page shows. */
function readJson(page: string): string {
  const json = page.match(/<pre>(.*?)<\/pre>/)?.[1];
  assert(json, page);
  return json.replaceAll("&quot;", '"');
}

/** 1,000 pages in a minute of the client's clock. */
async function showFlags(
  server: NextServer,
  { emulator }: Collector,
): Promise<void> {
  const seen = new Set<string>();
  for (let n = 0; n < 1000; n++) {
    if (n % 50 === 49) {
      const init = { method: "POST", body: "3000" };
      const moved = await request(`${server.url}/api/clock`, init);
      assertEquals(moved.status, 204);
    }
    const { sdk, own } = await readFlags(
      server,
      `user-${n % 200}`,
      n % 2 === 0 ? "" : "?bulk",
    );
    assertEquals(sdk, own);
    seen.add(JSON.stringify(own));
  }
  assertEquals(seen.size, 4, "both sides of a rollout, and both variants");
  const count = (path: string) =>
    emulator.requests.filter((request) => request.path === path).length;
  const definitions = count("/flags/definitions");
  assert(definitions >= 1 && definitions <= 3, `${definitions} requests`);
  assertEquals(count("/flags"), 0);
}

async function showPrecomputed(server: NextServer): Promise<void> {
  for (const user of ["user-1", "user-2", "user-3", "user-4"]) {
    const { own } = await readFlags(server, user);
    const { status, text } = await get(server, "/promo", { "x-user": user });
    assertEquals(status, 200);
    assertEquals(JSON.parse(readJson(text)), own);
  }
}

async function showOverrides(
  server: NextServer,
  { run }: Project,
  { emulator, until }: Collector,
): Promise<void> {
  const token = await run(
    "env",
    `FLAGS_SECRET=${FLAGS_SECRET}`,
    "node",
    "overrides.mjs",
    '{"new-nav":false}',
  );
  const { sdk } = await readFlags(server, "tester", "?sdk", {
    cookie: `vercel-flag-overrides=${token.trim()}`,
  });
  assertEquals(sdk["newNav"], false);
  const isOf = (flag: string) => ({ distinctId, properties }: ReceivedEvent) =>
    distinctId === "tester" && properties["$feature_flag"] === flag;
  await until("an exposure", (events) => events.some(isOf("half")));
  await server.stop();
  assertEquals(emulator.events.filter(isOf("new-nav")), []);
}

/** Builds a project; what Next.js throws meanwhile to stop rendering is nothing to capture. */
async function build({ run }: Project): Promise<void> {
  await using collector = await startCollector(FLAGS);
  const env = Object.entries(createEnv(collector)).map((pair) =>
    pair.join("=")
  );
  await run("env", ...env, "node", "node_modules/next/dist/bin/next", "build");
  assertEquals(collector.emulator.events.filter(isException), []);
}

async function serve(
  { directory }: Project,
  env: Record<string, string>,
  test: (server: NextServer, collector: Collector) => Promise<void>,
): Promise<void> {
  await using collector = await startCollector(FLAGS);
  await using server = await startNext(directory, {
    ...createEnv(collector),
    ...env,
  });
  await test(server, collector);
}

testProject("next", async (project, t) => {
  const withServer = (
    env: Record<string, string>,
    test: (server: NextServer, collector: Collector) => Promise<void>,
  ) => serve(project, env, test);

  await t.step(
    "it builds, with nothing captured of what stops rendering (EDGE-352)",
    () => build(project),
  );
  for (
    const [name, isOne] of [["one client", "1"], [
      "several clients",
      "0",
    ]] as const
  ) {
    const env = { ONE_CLIENT: isOne };
    await t.step(
      `events of a server component, a route, a server action and the proxy arrive without a flush, of ${name} (EDGE-350, EDGE-361)`,
      () => withServer(env, showEvents),
    );
    await t.step(
      `an error in each is captured once, with its route, of ${name} (EDGE-353, EDGE-362)`,
      () => withServer(env, showErrors),
    );
    await t.step(
      `redirects, missing pages and what needs its request are no errors, of ${name} (EDGE-352)`,
      () => withServer(env, showSignals),
    );
  }
  await t.step(
    "1,000 pages in a minute make three definitions requests at most, and values are the snapshot's (EDGE-381, EDGE-384)",
    () => withServer({ ONE_CLIENT: "1" }, showFlags),
  );
  await t.step(
    "precomputed flags are the snapshot's (EDGE-380)",
    () => withServer({}, showPrecomputed),
  );
  await t.step(
    "an override of the toolbar is the SDK's business, and no exposure (EDGE-383)",
    () =>
      withServer(
        {},
        (server, collector) => showOverrides(server, project, collector),
      ),
  );
});

testProject("next-15", async (project, t) => {
  await t.step("it builds (EDGE-355)", () => build(project));
  await t.step(
    "events of a page, a route, an edge route and middleware.ts in the edge runtime arrive without a flush (EDGE-355, EDGE-361)",
    () =>
      serve(project, {}, async (server, { emulator, until }) => {
        for (const path of ["/orders/7", "/api/orders/7", "/api/edge"]) {
          assertEquals([path, (await get(server, path)).status], [path, 200]);
        }
        await until("every event", (events) => events.length >= 4);
        assertEquals(sorted(emulator.events), [
          "edge served visitor-1",
          "order rendered visitor-1",
          "order served visitor-1",
          "proxied visitor-1",
        ]);
        const proxied = emulator.events.find(({ event }) =>
          event === "proxied"
        );
        assertEquals(proxied?.properties["in"], "edge");
      }),
  );
  await t.step(
    "an error in each is captured once, with its route (EDGE-355, EDGE-362)",
    () =>
      serve(project, {}, async (server, collector) => {
        const paths = [
          "/orders/7?page-error",
          "/api/orders/7?error",
          "/orders/7?proxy-error",
          "/api/edge?error",
        ];
        await failAt(server, paths);
        await endWith(server, collector, [
          "edge boom: next.route /api/edge visitor-1",
          "page boom: next.request_error /orders/[id] visitor-1",
          "proxy boom: next.middleware /orders/7 visitor-1",
          "wrapped boom: next.route /api/orders/[id] visitor-1",
        ]);
      }),
  );
});

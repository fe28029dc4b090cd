import { assert, assertEquals } from "@std/assert";
import type { ReceivedEvent } from "edgehog/dev";
import type { ProjectServer } from "./_program.ts";
import type { Collector } from "./_servers.ts";
import {
  act,
  build,
  endWith,
  failAt,
  isException,
  serve,
  sorted,
} from "./_next_steps.ts";
import { FLAGS_SECRET, get, readFlags, readJson, request } from "./_pages.ts";
import { type Project, testProject } from "./_project.ts";

async function showEvents(
  server: ProjectServer,
  { events, until }: Collector,
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
  assertEquals(sorted(events), [
    "edge served visitor-1",
    "items rendered visitor-1",
    "order placed visitor-1",
    "order rendered visitor-1",
    "order served visitor-1",
    "proxied visitor-1",
  ]);
  assertEquals(JSON.stringify(events).includes("secret"), false);
}

const ERRORS = [
  "action boom: next.request_error /actions/page visitor-1",
  "bare boom: next.request_error /api/bare/[id] visitor-1",
  "edge boom: next.route /api/edge visitor-1",
  "page boom: next.request_error /orders/[id] visitor-1",
  "proxy boom: next.middleware /orders/7 visitor-1",
  "wrapped boom: next.route /api/orders/[id] visitor-1",
];

async function showErrors(
  server: ProjectServer,
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
  server: ProjectServer,
  { events, until }: Collector,
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
  assertEquals(events.filter(isException), []);
}

/** 1,000 pages in a minute of the client's clock. */
async function showFlags(
  server: ProjectServer,
  { requests }: Collector,
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
    requests.filter((request) => request.path === path).length;
  const definitions = count("/flags/definitions");
  assert(definitions >= 1 && definitions <= 3, `${definitions} requests`);
  assertEquals(count("/flags"), 0);
}

async function showPrecomputed(server: ProjectServer): Promise<void> {
  for (const user of ["user-1", "user-2", "user-3", "user-4"]) {
    const { own } = await readFlags(server, user);
    const { status, text } = await get(server, "/promo", { "x-user": user });
    assertEquals(status, 200);
    assertEquals(JSON.parse(readJson(text)), own);
  }
}

async function showToolbar(
  server: ProjectServer,
  { run }: Project,
  { events, until }: Collector,
): Promise<void> {
  const printed = await run(
    "env",
    `FLAGS_SECRET=${FLAGS_SECRET}`,
    "node",
    "toolbar.mjs",
    '{"new-nav":false}',
  );
  const [token, proof] = printed.split("\n");
  const { sdk } = await readFlags(server, "tester", "", {
    cookie: `vercel-flag-overrides=${token}`,
  });
  assertEquals(sdk["newNav"], false);
  const isOf = (flag: string) => ({ distinctId, properties }: ReceivedEvent) =>
    distinctId === "tester" && properties["$feature_flag"] === flag;
  await until("an exposure", (events) => events.some(isOf("half")));
  const endpoint = "/.well-known/vercel/flags";
  assertEquals((await get(server, endpoint)).status, 401);
  const { text } = await get(server, endpoint, {
    authorization: `Bearer ${proof}`,
  });
  const { definitions } = JSON.parse(text);
  assertEquals(definitions["pro-only"].options.length, 2);
  assertEquals(Object.keys(definitions).sort(), [
    "half",
    "new-nav",
    "pricing",
    "pricing.price",
    "pro-only",
  ]);
  await server.stop();
  assertEquals(events.filter(isOf("new-nav")), []);
}

testProject("next", async (project, t) => {
  const withServer = (
    env: Record<string, string>,
    test: (server: ProjectServer, collector: Collector) => Promise<void>,
  ) => serve(project, env, test);

  const isBuilt = await t.step(
    "it builds, with nothing captured of what stops rendering (EDGE-352)",
    () => build(project),
  );
  if (!isBuilt) return;
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
    "an override of the toolbar is the SDK's business, and no exposure; it lists the flags (EDGE-383)",
    () =>
      withServer(
        {},
        (server, collector) => showToolbar(server, project, collector),
      ),
  );
});

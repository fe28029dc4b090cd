import { assertEquals } from "@std/assert";
import { build, endWith, failAt, serve, sorted } from "./_next_steps.ts";
import { get } from "./_pages.ts";
import { testProject } from "./_project.ts";

testProject("next-15", async (project, t) => {
  if (!await t.step("it builds (EDGE-355)", () => build(project))) return;
  await t.step(
    "events of a page, a route, an edge route and middleware.ts in the edge runtime arrive without a flush (EDGE-355, EDGE-361)",
    () =>
      serve(project, {}, async (server, { events, until }) => {
        for (const path of ["/orders/7", "/api/orders/7", "/api/edge"]) {
          assertEquals([path, (await get(server, path)).status], [path, 200]);
        }
        await until("every event", (events) => events.length >= 4);
        assertEquals(sorted(events), [
          "edge served visitor-1",
          "order rendered visitor-1",
          "order served visitor-1",
          "proxied visitor-1",
        ]);
        const proxied = events.find(({ event }) => event === "proxied");
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

import { assertEquals, assertMatch } from "@std/assert";
import { isException, readAction } from "../projects/_next_steps.ts";
import { request } from "../projects/_pages.ts";
import { serveCollector } from "../projects/_servers.ts";
import { start, testExample, writeVariables } from "./_example.ts";
import { FLAGS, variablesOf } from "./_shop.ts";

testExample("next", async (project, t) => {
  await using collector = await serveCollector({ flags: FLAGS });
  const { events, requests } = collector;
  await writeVariables(project, ".env.local", variablesOf(collector.url));
  const isBuilt = await t.step("it builds, and its types fit", async () => {
    await project.run("npm", "run", "build");
    assertEquals(requests, []);
  });
  if (!isBuilt) return;
  await using server = await start(project, "start", {}, "-H", "127.0.0.1");
  const url = await server.listening();
  const headers = { cookie: "visitor=user-1" };
  const ask = (path: string, init: RequestInit = {}) =>
    request(`${url}${path}`, { headers, ...init });
  const order = async (item: string) => {
    const body = readAction((await ask("/")).text);
    body.set("item", item);
    return (await ask("/", { method: "POST", body })).status;
  };
  const expectOf = (distinctId: string, names: readonly string[]) => {
    const arrived = events.filter((event) => event.distinctId === distinctId);
    assertEquals(arrived.map(({ event }) => event).sort(), [...names].sort());
  };

  await t.step(
    "events and flags of pages, the action, the route and the proxy arrive",
    async () => {
      assertMatch((await ask("/")).text, /<nav>new</);
      assertEquals(await order("lamp"), 303);
      const { status, text } = await ask("/api/stock/lamp");
      assertEquals([status, JSON.parse(text)], [200, {
        item: "lamp",
        count: 7,
      }]);
      await collector.receive(5);
      const page = ["$feature_flag_called", "shop viewed"];
      const others = ["shop viewed", "order placed", "stock asked"];
      expectOf("user-1", [...page, ...others]);
      await ask("/", { headers: {} });
      await collector.receive(8);
      const arrived = events.find(({ event }) => event === "visitor arrived");
      expectOf(arrived?.distinctId ?? "", ["visitor arrived", ...page]);
    },
  );
  await t.step(
    "what an action and a route throw is captured once, with its route",
    async () => {
      const before = events.length;
      assertEquals((await ask("/api/stock/sofa")).status, 404);
      assertEquals((await ask("/api/stock/desk")).status, 500);
      assertEquals(await order("desk"), 500);
      await collector.until(
        "both",
        (events) =>
          events.filter(({ event }) => event === "$exception").length >= 2,
      );
      await server.stop();
      const rows = events.slice(before)
        .filter(isException)
        .map(({ distinctId, properties }) => [
          properties["$exception_message"],
          properties["route"],
          distinctId,
        ]);
      assertEquals(rows.sort(), [
        ["Nobody sells this", "/page", "user-1"],
        ["The warehouse does not answer", "/api/stock/[item]", "user-1"],
      ]);
    },
  );
  await t.step("definitions are asked for once, and no flag", () => {
    const asked = requests.map(({ path }) => path)
      .filter((path) => path.startsWith("/flags"));
    assertEquals(asked, ["/flags/definitions"]);
  });
});

import { assertEquals } from "@std/assert";
import type { Project } from "../projects/_project.ts";
import { serveCollector } from "../projects/_servers.ts";
import { checkTypes, start, testExample } from "./_example.ts";
import { FLAGS, variablesOf, visit } from "./_shop.ts";

/** How each is checked, or built. */
const SERVERS: Readonly<
  Record<string, (project: Project) => Promise<void>>
> = {
  deno: async ({ run }) => {
    await run(Deno.execPath(), "check", "--quiet", "main.ts");
  },
  bun: (project) => checkTypes(project),
  "node-server": (project) => checkTypes(project, "build"),
};

for (const [name, check] of Object.entries(SERVERS)) {
  testExample(name, async (project, t) => {
    await t.step("it compiles", () => check(project));
    await t.step(
      "it serves, events and flags arrive, and SIGTERM ends it",
      async () => {
        await using collector = await serveCollector({ flags: FLAGS });
        const { url } = collector;
        await using server = await start(project, "start", variablesOf(url));
        await visit(await server.listening(), collector, "page viewed");
        const asked = collector.requests.map(({ path }) => path);
        assertEquals(asked.filter((path) => path.startsWith("/flags")), [
          "/flags/definitions",
        ]);
        assertEquals(await server.stop(), 0);
        assertEquals(collector.events.length, 4);
      },
    );
  });
}

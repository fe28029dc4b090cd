import { assertEquals } from "@std/assert";
import { serveCollector } from "../projects/_servers.ts";
import { checkTypes, start, testExample } from "./_example.ts";
import { FLAGS, variablesOf, visit } from "./_shop.ts";

/** Of each Worker the event of its page, if it has one, and what is asked about flags. */
const WORKERS: Readonly<
  Record<string, { readonly event?: string; readonly hasCron?: boolean }>
> = {
  "cloudflare-worker": { event: "shop viewed" },
  hono: { event: "shop viewed" },
  "flag-cache": { hasCron: true },
  "queue-consumer": { event: "page viewed" },
};

for (const [name, { event, hasCron = false }] of Object.entries(WORKERS)) {
  testExample(name, async (project, t) => {
    await using collector = await serveCollector({ flags: FLAGS });
    const variables = {
      ...variablesOf(collector.url),
      FLAG_WEBHOOK_SECRET: "correct horse battery staple",
    };
    await Deno.writeTextFile(
      `${project.directory}/.dev.vars`,
      Object.entries(variables).map((pair) => pair.join("=")).join("\n"),
    );
    await t.step(
      "it compiles by the types that wrangler makes",
      () => checkTypes(project),
    );
    await t.step("it serves, and events and flags arrive", async () => {
      await using worker = await start(
        project,
        "dev",
        {},
        ...["--ip", "127.0.0.1", "--port", "0"],
      );
      const url = await worker.listening();
      if (hasCron) {
        const cron = await fetch(`${url}/cdn-cgi/handler/scheduled`);
        assertEquals([cron.status, await cron.text()], [200, "ok"]);
      }
      await visit(url, collector, ...event ? [event] : []);
      const asked = collector.requests.map(({ path }) => path)
        .filter((path) => path.startsWith("/flags"));
      assertEquals(new Set<string>(asked), new Set(["/flags/definitions"]));
      if (hasCron) assertEquals(asked.length, 1);
    });
  });
}

import { assertEquals } from "@std/assert";
import { createFeatureflipEmulator } from "edgehog/dev";
import type { Program } from "../projects/_program.ts";
import type { Project } from "../projects/_project.ts";
import { inOrder, serveCollector, serveWatched } from "../projects/_servers.ts";
import { checkTypes, start, testExample, writeVariables } from "./_example.ts";
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

const COMPILES = "it compiles by the types that wrangler makes";

const startWrangler = (project: Project): Promise<Program> =>
  start(project, "dev", {}, "--ip", "127.0.0.1", "--port", "0");

for (const [name, { event, hasCron = false }] of Object.entries(WORKERS)) {
  testExample(name, async (project, t) => {
    await using collector = await serveCollector({ flags: FLAGS });
    await writeVariables(project, ".dev.vars", {
      ...variablesOf(collector.url),
      FLAG_WEBHOOK_SECRET: "correct horse battery staple",
    });
    await t.step(COMPILES, () => checkTypes(project));
    await t.step("it serves, and events and flags arrive", async () => {
      await using worker = await startWrangler(project);
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

testExample("featureflip-worker", async (project, t) => {
  await using featureflip = await serveWatched(createFeatureflipEmulator({
    flags: {
      "new-checkout": true,
      "pricing-tier": "pro",
      banner: { text: "Sale" },
      "order-limit": 5,
    },
  }));
  await writeVariables(project, ".dev.vars", {
    FEATUREFLIP_SDK_KEY: "sdk-x",
    FEATUREFLIP_BASE_URL: featureflip.url,
  });
  await t.step(COMPILES, () => checkTypes(project));
  await t.step("it decides by one request, and events arrive", async () => {
    await using worker = await startWrangler(project);
    const url = await worker.listening();
    const ask = async (path: string) =>
      await (await fetch(`${url}${path}?visitor=user-1`)).json();
    const shop = {
      checkout: true,
      reason: "Fallthrough",
      tier: "pro",
      banner: { text: "Sale" },
    };
    assertEquals([await ask("/"), await ask("/order")], [shop, { limit: 5 }]);
    await featureflip.receive(5);
    const arrived = featureflip.events.map((event) => [
      event["type"],
      event["flagKey"],
      event["userId"],
    ]);
    const evaluated = [
      ["Evaluation", "new-checkout"],
      ["Evaluation", "pricing-tier"],
      ["Evaluation", "banner"],
      ["Evaluation", "order-limit"],
    ];
    assertEquals(
      inOrder(arrived),
      inOrder([...evaluated, ["Custom", "order-paid"]].map((row) => [
        ...row,
        "user-1",
      ])),
    );
    const asked = featureflip.requests.map(({ path }) => path);
    assertEquals(asked.filter((path) => !path.endsWith("/events")), [
      "/v1/sdk/flags",
    ]);
  });
});

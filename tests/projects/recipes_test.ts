import { assertEquals } from "@std/assert";
import type { ReceivedEvent } from "edgehog/dev";
import { buildFlagDefinitions } from "edgehog/testing";
import { findBun } from "../_kit/bun.ts";
import { run } from "../_kit/run.ts";
import { createWorker } from "../_kit/workerd.ts";
import { type Project, testProject } from "./_project.ts";
import { type Collector, inOrder, serveCollector } from "./_servers.ts";
import { visitSite } from "./_sites.ts";
import { bundleWorker } from "./_worker.ts";

const TSC = ["node", "node_modules/typescript/bin/tsc"];
const DENO = [Deno.execPath(), "run", "-A", "--node-modules-dir=manual"];

/** Programs that fail where nobody catches it, and how their runtime calls that. */
const FAILING: readonly (readonly [
  runtime: string,
  command: readonly string[],
  thrown: string,
  rejected: string,
])[] = [
  ["Node", ["node", "dist/fail.js"], "uncaughtException", "unhandledRejection"],
  [
    "Bun",
    [findBun(), "dist/fail.js"],
    "uncaughtException",
    "unhandledRejection",
  ],
  ["Deno", [...DENO, "src/deno.ts"], "error", "unhandledrejection"],
];

const FLAGS = buildFlagDefinitions({ digest: true });

/** Runs a program of the project that knows the collector. */
async function runWith(
  { directory }: Project,
  { url }: Collector,
  command: readonly string[],
): Promise<{ readonly code: number; readonly stdout: string }> {
  const env = { POSTHOG_HOST: url, POSTHOG_API_KEY: "phc_x" };
  return await run(command, { cwd: directory, env });
}

/** Of an exception: what it is, how bad, and how it was caught. */
function describe({ properties }: ReceivedEvent): readonly unknown[] {
  const { "$exception_list": list, ...others } = properties;
  const [{ mechanism }] = list as [{ mechanism: Record<string, unknown> }];
  return [
    others["$exception_type"],
    others["$exception_message"],
    others["$exception_level"],
    mechanism["type"],
    mechanism["handled"],
  ];
}

/** A request to an object, its alarm, a cron trigger and a batch of a queue. */
async function visitWorker({ directory }: Project): Promise<void> {
  const contents = await Deno.readTextFile(`${directory}/src/worker.ts`);
  await using collector = await serveCollector({ flags: FLAGS });
  await using worker = await createWorker({
    script: bundleWorker({ contents, resolveDir: directory }),
    bindings: { POSTHOG_HOST: collector.url, POSTHOG_API_KEY: "phc_x" },
    miniflare: { durableObjects: { ROOMS: "Room" } },
  });
  const response = await worker.fetch("/", {
    headers: { "x-posthog-distinct-id": "user-1" },
  });
  assertEquals(await response.text(), "Welcome");
  const { scheduled, queue } = await worker.miniflare
    .getWorker() as unknown as {
      scheduled(options: object): Promise<{ readonly outcome: string }>;
      queue(name: string, messages: readonly object[]): Promise<object>;
    };
  assertEquals((await scheduled({ cron: "0 * * * *" })).outcome, "ok");
  await queue("orders", [{
    id: "1",
    attempts: 1,
    timestamp: new Date(0),
    body: { customer: "user-2", total: 12 },
  }]);
  await collector.receive(5);
  const room = collector.events.find(({ event }) => event === "room closed");
  assertEquals(
    inOrder(
      collector.events.map(({ event, distinctId }) => [event, distinctId]),
    ),
    inOrder([
      ["room entered", "user-1"],
      ["room closed", room?.distinctId],
      ["$feature_flag_called", "cron"],
      ["digest sent", "cron"],
      ["order paid", "user-2"],
    ]),
  );
}

testProject("recipes", async (project, t) => {
  const isBuilt = await t.step("they compile", async () => {
    await project.run(...TSC);
    await project.run(...TSC, "-p", "tsconfig.worker.json");
    const [deno, , , manual = ""] = DENO;
    await project.run(deno ?? "", "check", manual, "src/deno.ts");
  });
  if (!isBuilt) return;
  for (const [runtime, command, ...types] of FAILING) {
    await t.step(
      `what nobody caught on ${runtime} is captured, and ends the process`,
      async () => {
        for (const [index, kind] of ["throw", "reject"].entries()) {
          await using collector = await serveCollector();
          const { code } = await runWith(project, collector, [
            ...command,
            kind,
          ]);
          assertEquals(
            [code, collector.events.map(describe)],
            [1, [["RangeError", kind, "fatal", types[index], false]]],
          );
        }
      },
    );
  }
  await t.step(
    "an interceptor of Nest gives scopes, and captures what fails",
    () =>
      visitSite(project, {
        entry: "dist/nest_app.js",
      }),
  );
  await t.step("what Sentry reports names Sentry's event", async () => {
    await using collector = await serveCollector();
    const command = ["node", "dist/sentry_app.js"];
    const { code, stdout } = await runWith(project, collector, command);
    assertEquals(
      [
        code,
        collector.events.map(({ event, distinctId, properties }) =>
          [event, distinctId, properties["$sentry_event_id"]] as const
        ),
      ],
      [0, [["$exception", "user-1", stdout.trim()]]],
    );
  });
  await t.step(
    "a function of Vercel's answers, and its event arrives",
    async () => {
      await using collector = await serveCollector();
      const { code, stdout } = await runWith(project, collector, [
        ...["node", "--input-type=module", "--eval"],
        `import { GET } from "./dist/vercel.js";
      const headers = { "x-posthog-distinct-id": "user-1" };
      const response = await GET(new Request("https://shop.test/", { headers }));
      console.log(await response.text());`,
      ]);
      const names = collector.events.map(({ event, distinctId }) =>
        `${event} ${distinctId}`
      );
      assertEquals([code, stdout.trim(), ...names.sort()], [
        0,
        "classic",
        "$feature_flag_called user-1",
        "page viewed user-1",
      ]);
    },
  );
  await t.step(
    "a Durable Object and its alarm, a cron trigger and a queue",
    () => visitWorker(project),
  );
});

import { assertEquals } from "@std/assert";
import type { ReceivedEvent } from "edgehog/dev";
import { startServer } from "./_program.ts";
import { testProject } from "./_project.ts";
import { type Asked, drive, inOrder, serveCollector } from "./_servers.ts";
import { checkTypes } from "./_types.ts";

/** The two newest majors, by the names that the manifest has for them. */
const MAJORS = ["express", "express4"] as const;

/** What is asked in turn, and what the application or Express answers. */
const REQUESTS: readonly Asked[] = [
  ["/viewed", 200, "ok"],
  ["/ambient", 200, "ok"],
  ["/streamed", 200, "one two"],
  ["/none", 404],
  ["/orders/7?token=secret", 500],
  ["/passed/7", 418, "passed"],
  ["/thrown/404", 404],
  ["/thrown/502", 502],
  ["/shops/1/twice", 200, "true"],
  ["/shops/1/orders/7", 500],
];

/** Of each event: its name or message, its path, and the route. */
const EVENTS: readonly (readonly unknown[])[] = [
  ["viewed", "/viewed"],
  ["ambient", "/ambient"],
  ["streamed", "/streamed"],
  ["boom", "/orders/7", "express.error_handler", "/orders/:id"],
  ["passed", "/passed/7", "express.error_handler", "/passed/:id"],
  ["no", "/thrown/502", "express.error_handler", "/thrown/:status"],
  ["boom", "/shops/1/orders/7", "express.error_handler", "/orders/:id"],
];

function describe({ event, properties }: ReceivedEvent): readonly unknown[] {
  const { $exception_message: message, $request_path: path } = properties;
  if (message === undefined) return [event, path];
  return [
    message,
    path,
    properties["$exception_source"],
    properties["route"],
  ];
}

testProject("express", async (project, t) => {
  for (const express of MAJORS) {
    await using collector = await serveCollector();
    await using server = await startServer(
      ["node", "server.mjs", express, collector.url],
      project.directory,
    );
    const { answers, events } = await drive(
      server,
      collector,
      REQUESTS,
      EVENTS.length,
    );
    await t.step(
      `${express}: answers are unchanged, and the outer of two scopes is kept (EDGE-350)`,
      () => {
        assertEquals([...answers], [...REQUESTS]);
      },
    );
    await t.step(
      `${express}: events arrive, those after the answer too; each error once, with its route, and no 404 (EDGE-350, EDGE-352, EDGE-353, EDGE-355)`,
      () => {
        assertEquals(
          inOrder(events.map(describe)),
          inOrder([...EVENTS, ...EVENTS.slice(0, 1)]),
        );
      },
    );
    await t.step(`${express}: all are about whoever asked (EDGE-350)`, () => {
      const ids = new Set(events.map(({ distinctId }) => distinctId));
      assertEquals([...ids], ["user-1"]);
    });
  }
  await t.step(
    "applications and res.locals of both majors are typed (EDGE-355, EDGE-356)",
    () => checkTypes(project, "types.ts", "app.ts"),
  );
});

import { assertEquals } from "@std/assert";
import type { DroppedEvent } from "../../../src/core/reporter.ts";
import { createTestClient } from "edgehog/testing";

/** What a server says: more than one line, a token that it was sent, and too much. */
const WORDS = `no\n\u001b[2J${"x".repeat(490)}phc_test${"y".repeat(2000)}`;

const LINE = `no\\u000a\\u001b[2J${"x".repeat(490)}[redacted]yyyyy`;

/** The same as it is told: one line, without the token, in 512 characters. */
const TOLD = `${LINE.slice(0, 255)}…${LINE.slice(-256)}`;

function createWatched(captureMode: "v0" | "v1") {
  const client = createTestClient({ captureMode });
  const drops: DroppedEvent[] = [];
  client.posthog.on("drop", (event) => void drops.push(event));
  const deliver = async () => {
    client.posthog.capture({ distinctId: "user-1", event: "paid" });
    await client.posthog.flush();
    const [error] = client.errors;
    const events = error?.name === "DeliveryError" ? error.events : [];
    return [events, drops].map((reports: readonly object[]) => reports[0]);
  };
  return { ...client, deliver };
}

for (const captureMode of ["v0", "v1"] as const) {
  Deno.test(`the words of a refusal are one line of 512 characters without tokens, by ${captureMode} (CAP-184, FLD-089)`, async () => {
    const { emulator, deliver } = createWatched(captureMode);
    emulator.failNext({ status: 400, body: WORDS });
    for (const report of await deliver()) {
      assertEquals(Reflect.get(report ?? {}, "details"), TOLD);
    }
  });
}

Deno.test("v1's words for an event are one line of 512 characters without tokens, in errors and drops (FLD-089)", async () => {
  const { emulator, deliver } = createWatched("v1");
  const result = "drop";
  emulator.setEventPolicy(() => ({ result, details: WORDS }));
  for (const report of await deliver()) {
    assertEquals(Reflect.get(report ?? {}, "details"), TOLD);
    assertEquals(Reflect.get(report ?? {}, "result"), result);
  }
});

Deno.test("a token that the cut would halve is hidden first (FLD-089)", async () => {
  const { emulator, deliver } = createWatched("v1");
  const details = `${"x".repeat(508)}phc_test${"y".repeat(2000)}`;
  emulator.setEventPolicy(() => ({ result: "drop", details }));
  for (const report of await deliver()) {
    const told = `${"x".repeat(508)}[red`;
    assertEquals(Reflect.get(report ?? {}, "details"), told);
  }
});

Deno.test("what PostHog remarked on an event that it took is told like that, too (FLD-089)", async () => {
  const { emulator, deliver } = createWatched("v0");
  const limited = `events\n${"z".repeat(600)}`;
  emulator.failNext({ status: 200, body: { ["quota_limited"]: [limited] } });
  const [report] = await deliver();
  const details = `events\\u000a${"z".repeat(243)}…${"z".repeat(256)}`;
  assertEquals(Reflect.get(report ?? {}, "details"), details);
});

import { assertEquals } from "@std/assert";
import { createPostHogEmulator } from "../../../src/dev/mod.ts";
import { postBatch, wireEvent } from "./_requests.ts";

Deno.test("subscribe() tells of each change, until it is ended; what a listener throws reaches nobody", async () => {
  const emulator = createPostHogEmulator();
  const heard: string[] = [];
  emulator.subscribe(() => {
    throw new Error("a listener's own");
  });
  const end = emulator.subscribe((change) => {
    heard.push(
      change.kind === "event"
        ? change.event.event
        : change.kind === "request"
        ? `${change.request.status} ${change.request.path}`
        : change.kind,
    );
  });
  await postBatch(emulator.fetch, wireEvent(1));
  emulator.setFlags({ flags: [] });
  await emulator.editFlags({ flags: [] });
  emulator.failNext({ drop: "connection" });
  await emulator.fetch("http://localhost/flags").catch(() => {});
  emulator.clearPlannedFaults();
  emulator.reset();
  end();
  emulator.reset();
  assertEquals(heard, [
    "order placed",
    "200 /batch",
    "flags",
    "flags",
    "faults",
    "0 /flags",
    "faults",
    "reset",
  ]);
});

Deno.test("getPlannedFaults() has the faults that wait, with the times that they have left", async () => {
  const { fetch, failNext, getPlannedFaults, clearPlannedFaults } =
    createPostHogEmulator();
  failNext({ status: 503, path: "/batch", times: 3 });
  failNext({ drop: "answer" });
  await postBatch(fetch, wireEvent(1));
  assertEquals(getPlannedFaults(), [
    { status: 503, path: "/batch", times: 2 },
    { drop: "answer", times: 1 },
  ]);
  clearPlannedFaults();
  assertEquals(getPlannedFaults(), []);
  assertEquals((await postBatch(fetch, wireEvent(1))).status, 200);
});

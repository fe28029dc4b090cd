import { assertEquals } from "@std/assert";
import { within } from "../../_kit/within.ts";
import { createWorker, workerTest } from "../../_kit/workerd.ts";

workerTest(
  "withPostHog() hands WebSockets, streams and errors through to workerd, and captures them (ERR-039, ERR-048)",
  async () => {
    await using worker = await createWorker({
      entry: "tests/runtimes/workerd/_wrapped_worker.ts",
    });
    const upgraded = await worker.miniflare.dispatchFetch(
      new URL("/socket", worker.url),
      { headers: { upgrade: "websocket" } },
    );
    const { promise, resolve } = Promise.withResolvers<unknown>();
    const { webSocket } = upgraded;
    webSocket?.addEventListener("message", ({ data }) => resolve(data));
    webSocket?.accept();
    webSocket?.send("hello");
    assertEquals(
      [upgraded.status, await within(promise, 10_000, "the echo")],
      [101, "hello!"],
    );
    webSocket?.close();

    const streamed = await worker.fetch("/stream");
    assertEquals(await streamed.text(), "one two");

    const failed = await worker.fetch("/fail");
    await failed.body?.cancel();
    assertEquals(failed.status, 500);

    const events = await worker.fetch("/events");
    assertEquals(await events.json(), [
      ["/socket", null],
      ["/stream", null],
      ["/fail", null],
      ["$exception", "fetch.handler"],
    ]);
  },
);

import { assertEquals } from "@std/assert";
import { createWorker, workerTest } from "../../_kit/workerd.ts";

workerTest(
  "1,000 interleaved requests with nodejs_als never see one another's identity (FLD-053)",
  async () => {
    await using worker = await createWorker({
      entry: "tests/runtimes/workerd/_context_worker.ts",
      compatibilityFlags: ["nodejs_als"],
    });
    const ids = Array.from({ length: 1000 }, (_, n) => `user-${n}`);
    const answers: string[] = [];
    const queue = [...ids];
    await Promise.all(Array.from({ length: 50 }, async () => {
      for (let id = queue.pop(); id !== undefined; id = queue.pop()) {
        const response = await worker.fetch("/", {
          headers: { "x-posthog-distinct-id": id },
        });
        const text = await response.text();
        if (text !== id) answers.push(`${id}: ${text}`);
      }
    }));
    assertEquals(answers, []);
    const sent = await (await worker.fetch("/sent")).json();
    assertEquals(sent.length, 3000);
    assertEquals(sent.filter(([id, mine]: string[]) => id !== mine), []);
  },
);

import { assertEquals } from "@std/assert";
import { createWorker, workerTest } from "../../_kit/workerd.ts";

workerTest(
  "a client at a Worker's module scope does no I/O, starts no timer, reads no randomness and no clock, and captures no exception (CAP-002, ERR-096)",
  async () => {
    await using worker = await createWorker({
      entry: "tests/runtimes/workerd/_module_scope_worker.ts",
    });
    const response = await worker.fetch("/");
    assertEquals(await response.json(), {
      refused: [true, true, true],
      clockReads: 0,
      readsAfterDateNow: 1,
      errors: [],
      uuids: ["none", "none", "none"],
      warnings: 1,
      queued: 0,
      isDisabled: false,
      hasScope: true,
    });
  },
);

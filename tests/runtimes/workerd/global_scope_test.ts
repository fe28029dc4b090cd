import { assertEquals } from "@std/assert";
import { createWorker, workerTest } from "../../_kit/workerd.ts";

const REFUSED =
  "Cannot do this at a Worker's global scope: it has no random bytes, timers and requests";

for (const compatibilityDate of ["2021-11-02", "2026-07-01"]) {
  workerTest(
    `at a Worker's global scope of ${compatibilityDate} every verb says the same (FLD-024)`,
    async () => {
      await using worker = await createWorker({
        entry: "tests/runtimes/workerd/_global_scope_worker.ts",
        compatibilityDate,
      });
      const response = await worker.fetch("/");
      const { told, answers, drops, events } = await response.json();
      for (const [verb, messages] of Object.entries(told)) {
        assertEquals([verb, messages], [verb, [REFUSED]]);
      }
      assertEquals(answers, {
        captureImmediate: "undefined",
        captureExceptionImmediate: "undefined",
        evaluateFlags: "{}",
        getFeatureFlag: "undefined",
        getAllFlags: "{}",
        waitForLocalEvaluationReady: "false",
      });
      assertEquals(drops, 15);
      // The same client works in a handler.
      assertEquals(events, ["paid", "$exception"]);
    },
  );
}

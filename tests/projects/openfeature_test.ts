import { assertEquals } from "@std/assert";
import { buildSync } from "esbuild";
import { fromRoot } from "../_kit/paths.ts";
import { createWorker } from "../_kit/workerd.ts";
import { testProject } from "./_project.ts";
import { checkTypes } from "./_types.ts";

testProject("openfeature", async (project, t) => {
  const { run, directory } = project;

  await t.step(
    "the SDK takes provider and hook for what they are (EDGE-355)",
    () => checkTypes(project, "--types", "node", "types.ts"),
  );

  await t.step(
    "the SDK's life cycle, values, tracking and another vendor's flags (EDGE-391, EDGE-393, EDGE-394)",
    async () => {
      await run("node", "app.mjs");
    },
  );

  await t.step(
    "the SDK gives what the snapshot gives, for all rows of the vectors (EDGE-391, EDGE-392)",
    async () => {
      const vectors = fromRoot("tests/vectors/flags-vectors.json");
      const output = await run("node", "vectors.mjs", vectors);
      assertEquals(output.trim(), "3834 rows, 3488 decided");
    },
  );

  await t.step(
    "provider and hook in workerd, with the SDK; the provider at the global scope is READY (EDGE-393)",
    async () => {
      const { outputFiles } = buildSync({
        entryPoints: [`${directory}/worker.mjs`],
        bundle: true,
        write: false,
        format: "esm",
        platform: "neutral",
        mainFields: ["module", "main"],
        conditions: ["import"],
        external: ["cloudflare:*", "node:*", "async_hooks"],
        logLevel: "error",
      });
      await using worker = await createWorker({
        script: outputFiles[0]?.text ?? "",
        compatibilityFlags: ["nodejs_compat"],
      });
      const first = await (await worker.fetch("/")).json();
      const second = await (await worker.fetch("/")).json();
      const expected = {
        value: true,
        source: "local",
        status: "READY",
        price: 5,
        // Each provider at its start: nothing fails at the global scope.
        told: ["READY", "READY"],
        events: [["new-nav", true], ["price", "low"]],
      };
      assertEquals(first, expected);
      assertEquals(second, expected);
    },
  );
});

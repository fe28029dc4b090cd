import { testProject } from "./_project.ts";
import { visitSite } from "./_sites.ts";

/** Astro is built on a Node that the machine may lack; what it makes runs on any. */
const NODE_22 = ["env", "ASTRO_TELEMETRY_DISABLED=1", "npx", "-y", "node@22"];

testProject("astro", async (project, t) => {
  const isBuilt = await t.step("it builds, and its types fit", async () => {
    const astro = "node_modules/astro/bin/astro.mjs";
    await project.run(...NODE_22, astro, "build");
    await project.run("node", "node_modules/typescript/bin/tsc", "--noEmit");
  });
  if (!isBuilt) return;
  await t.step(
    "an event, a flag and an error arrive, each once, and no missing page",
    () =>
      visitSite(project, {
        entry: "dist/server/entry.mjs",
      }),
  );
});

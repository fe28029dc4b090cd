import { testProject } from "./_project.ts";
import { visitSite } from "./_sites.ts";

const NITRO = "node_modules/nitropack/dist/cli/index.mjs";

testProject("nitro", async (project, t) => {
  const isBuilt = await t.step("it builds, and its types fit", async () => {
    await project.run("node", NITRO, "build");
    await project.run("node", "node_modules/typescript/bin/tsc", "-p", ".");
  });
  if (!isBuilt) return;
  await t.step(
    "an event, a flag and an error arrive, each once, and no missing page",
    () =>
      visitSite(project, {
        entry: ".output/server/index.mjs",
      }),
  );
});

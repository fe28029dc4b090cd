import { assertEquals } from "@std/assert";
import { findFreePort } from "../_kit/free_port.ts";
import { createEnv, FLAGS, get, readFlags, request } from "./_pages.ts";
import { type Project, testProject } from "./_project.ts";
import { type ProjectServer, startServer } from "./_program.ts";
import { type Collector, serveCollector } from "./_servers.ts";
import { visitSite } from "./_sites.ts";

const ENTRY = "build/index.js";

async function serve(
  { directory }: Project,
  test: (server: ProjectServer, collector: Collector) => Promise<void>,
): Promise<void> {
  await using collector = await serveCollector({ flags: FLAGS });
  const port = findFreePort();
  const env = { ...createEnv(collector), HOST: "127.0.0.1", PORT: `${port}` };
  await using server = await startServer(["node", ENTRY], directory, env);
  await test(server, collector);
}

testProject("sveltekit", async (project, t) => {
  const isBuilt = await t.step("it builds, and its types fit", async () => {
    await project.run("node", "node_modules/vite/bin/vite.js", "build");
    await project.run("node", "node_modules/typescript/bin/tsc", "-p", ".");
  });
  if (!isBuilt) return;
  await t.step(
    "an event, a flag and an error arrive, each once, and no missing page",
    () =>
      visitSite(project, {
        entry: ENTRY,
        port: findFreePort(),
      }),
  );
  await t.step(
    "100 pages make one definitions request, and values are the snapshot's (EDGE-381, EDGE-384)",
    () =>
      serve(project, async (server, { requests }) => {
        const seen = new Set<string>();
        for (let n = 0; n < 100; n++) {
          const { sdk, own } = await readFlags(server, `user-${n}`);
          assertEquals(sdk, own);
          seen.add(JSON.stringify(own));
        }
        assertEquals(seen.size, 4, "both sides of a rollout, both variants");
        const asked = requests.map(({ path }) => path);
        const isOfFlags = (path: string) => path.startsWith("/flags");
        assertEquals(asked.filter(isOfFlags), ["/flags/definitions"]);
      }),
  );
  await t.step(
    "precomputed flags are the snapshot's (EDGE-381)",
    () =>
      serve(project, async (server) => {
        for (const user of ["user-1", "user-2", "user-3", "user-4"]) {
          const { own } = await readFlags(server, user);
          const response = await request(`${server.url}/promo`, {
            headers: { "x-user": user },
          });
          assertEquals(response.status, 307);
          const { text } = await get(server, response.location, {});
          assertEquals(JSON.parse(text), own);
        }
      }),
  );
});

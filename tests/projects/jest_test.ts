import { assertEquals } from "@std/assert";
import { testProject } from "./_project.ts";

testProject("jest", async ({ directory, run }, t) => {
  await t.step("its tests pass under Jest as CommonJS (FLD-061)", async () => {
    await run("node", "node_modules/jest/bin/jest.js", "--ci");
  });
  await t.step("both module formats have one state (FLD-061)", async () => {
    await run("node", "formats.mjs");
  });
  await t.step("source maps carry their sources (FLD-062)", async () => {
    const dist = `${directory}/node_modules/edgehog/dist`;
    const bare: string[] = [];
    for await (const path of listMaps(dist)) {
      const { sources, sourcesContent } = JSON.parse(
        await Deno.readTextFile(path),
      );
      for (const [index, source] of sources.entries()) {
        // What is no source: the page of the emulator, as it was bundled.
        if (source.endsWith("/dev/page/assets.ts")) continue;
        if (!sourcesContent?.[index]) bare.push(`${path}: ${source}`);
      }
    }
    assertEquals(bare, []);
  });
});

async function* listMaps(directory: string): AsyncGenerator<string> {
  for await (const { name, isDirectory } of Deno.readDir(directory)) {
    const path = `${directory}/${name}`;
    if (isDirectory) yield* listMaps(path);
    else if (name.endsWith(".js.map")) yield path;
  }
}

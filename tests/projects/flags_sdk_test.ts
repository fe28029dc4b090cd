import { assertEquals } from "@std/assert";
import { say } from "../_kit/run.ts";
import { testProject } from "./_project.ts";

/** What a fleet has asked for: when its isolates stood, after a minute of pages, and after one without. */
interface Fleet {
  readonly name: string;
  readonly pages: number;
  readonly wrong: number;
  readonly definitions: readonly [number, number, number];
  readonly flags: number;
}

const ISOLATES = 1000;

testProject("flags-sdk", async ({ run }, t) => {
  await t.step(
    "1,000 isolates ask for definitions when pages need them, where @flags-sdk/posthog polls (EDGE-384)",
    async () => {
      const printed = await run("node", "fleet.mjs", `${ISOLATES}`);
      const fleets: readonly Fleet[] = JSON.parse(
        printed.split("\n").find((line) => line.startsWith("[")) ?? "",
      );
      say("definitions requests of 1,000 isolates, a page each every 10 s");
      say("| at the start | in a minute | in one without pages | adapter |");
      for (const { name, definitions: [start, busy, idle] } of fleets) {
        say(`| ${start} | ${busy - start} | ${idle - busy} | ${name} |`);
      }
      for (const { name, pages, wrong, flags } of fleets) {
        assertEquals([name, pages, wrong, flags], [name, 6000, 0, 0]);
      }
      const [theirs, own, shared] = fleets.map(({ definitions }) =>
        definitions
      );
      assertEquals(theirs, [1000, 7000, 13_000]);
      assertEquals(own, [0, 2000, 2000]);
      assertEquals(shared, [0, 2, 2]);
    },
  );
});

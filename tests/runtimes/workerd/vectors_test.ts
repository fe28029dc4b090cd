import { assertEquals } from "@std/assert";
import { syncHasher } from "edgehog/sync-hash";
import { fromRoot } from "../../_kit/paths.ts";
import { createWorker, workerTest } from "../../_kit/workerd.ts";
import { EXPECTED } from "../../vectors/_expected.ts";
import { count, judgeFlagVectors, type Verdict } from "../../vectors/_judge.ts";
import type { Findings, Order } from "./_vectors_worker.ts";

workerTest(
  "workerd judges every vector as Deno does, with Web Crypto and synchronously (FLG-040, FLG-047)",
  async (t) => {
    const [flagVectors, hashVectors] = await Promise.all(
      ["flags-vectors", "hash"].map((name) =>
        Deno.readTextFile(fromRoot(`tests/vectors/${name}.json`))
      ),
    ) as [string, string];
    const order: Order = {
      flagVectors,
      hashVectors,
      settings: EXPECTED.map(({ setting }) => setting),
    };
    await using worker = await createWorker({
      entry: "tests/runtimes/workerd/_vectors_worker.ts",
    });
    const response = await worker.fetch("/", {
      method: "POST",
      body: JSON.stringify(order),
    });
    const { verdicts, wrongHashes }: Findings = await response.json();
    assertEquals(wrongHashes, []);
    for (const [index, { name, setting, counts }] of EXPECTED.entries()) {
      const onDeno = await judgeFlagVectors(flagVectors, syncHasher, setting);
      for (const [at, hasher] of ["Web Crypto", "syncHasher"].entries()) {
        await t.step(`${name}, ${hasher}`, () => {
          const judged = verdicts[index]?.[at] ?? [];
          assertEquals(differences(judged, onDeno), []);
          assertEquals<unknown>(count(judged), { ...counts, wrong: [] });
        });
      }
    }
  },
);

/** The cases that are judged differently. */
function differences(
  judged: readonly Verdict[],
  others: readonly Verdict[],
): string[] {
  const words = (verdicts: readonly Verdict[]) =>
    verdicts.map(({ id, kind }) => `${id} ${kind}`);
  const expected = new Set(words(others));
  return judged.length === others.length
    ? words(judged).filter((word) => !expected.has(word))
    : [`${judged.length} cases of ${others.length}`];
}

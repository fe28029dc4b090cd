import { assertEquals } from "@std/assert";
import { bundle } from "../../_kit/bundle.ts";
import { createWorker, workerTest } from "../../_kit/workerd.ts";

/** What PostHog's build tooling puts before a bundle's first line, in words of our own. */
const INJECTED =
  '(globalThis._posthogChunkIds ??= {})[new Error().stack] = "chunk-1"; globalThis._posthogReleaseId ??= "release-1";';

workerTest(
  "frames of a Worker's bundle carry the id that was injected into it (ERR-083, ERR-086)",
  async () => {
    const script = bundle("tests/runtimes/workerd/_throwing_worker.ts");
    await using worker = await createWorker({
      script: `${INJECTED}\n${script}`,
    });
    const properties = await (await worker.fetch("/")).json();
    const [{ stacktrace }] = properties["$exception_list"];
    const ids: readonly unknown[] = stacktrace.frames.map(
      (frame: Readonly<Record<string, unknown>>) => frame["chunk_id"],
    );
    assertEquals([...new Set(ids)], ["chunk-1"]);
    assertEquals(properties["$release_id"], "release-1");
  },
);

import { assertEquals } from "@std/assert";
import { CAPTURE_PATH } from "../../_kit/capture_paths.ts";
import { createWorker, workerTest } from "../../_kit/workerd.ts";

const REFUSED =
  "Cannot use option 'host': expected an http or https URL without credentials, query and fragment; nothing is sent";

const ROWS: readonly (readonly [host: string, place: string])[] = [
  ["https://eu.i.posthog.com", `https://eu.i.posthog.com${CAPTURE_PATH}`],
  ["https://eu.posthog.com", `https://eu.i.posthog.com${CAPTURE_PATH}`],
  ["https://a.example:8443", `https://a.example:8443${CAPTURE_PATH}`],
  ["https://a.example/", `https://a.example${CAPTURE_PATH}`],
  ["https://a.example/x@y/", `https://a.example/x@y${CAPTURE_PATH}`],
  ["https://a.example?q=1", REFUSED],
  ["https://a.example#f", REFUSED],
  ["https://user@a.example", REFUSED],
  ["ftp://a.example", REFUSED],
];

// Until 2022-10-31 a Worker's `URL` adds no slash to a host alone.
for (const compatibilityDate of ["2021-11-02", "2026-07-01"]) {
  workerTest(
    `a Worker of ${compatibilityDate} reads the host that others read (FLD-024)`,
    async () => {
      await using worker = await createWorker({
        entry: "tests/runtimes/workerd/_host_worker.ts",
        compatibilityDate,
      });
      const response = await worker.fetch("/", {
        method: "POST",
        body: JSON.stringify(ROWS.map(([host]) => host)),
      });
      const places: readonly string[] = await response.json();
      for (const [at, [host, place]] of ROWS.entries()) {
        assertEquals([host, places[at]], [host, place]);
      }
    },
  );
}

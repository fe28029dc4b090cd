import { assertEquals } from "@std/assert";
import { resolve } from "./_resolve.ts";

const HOST_ROWS: readonly [given: unknown, host: string][] = [
  ["https://eu.i.posthog.com/", "https://eu.i.posthog.com"],
  ["  https://proxy.example/ingest//  ", "https://proxy.example/ingest"],
  ["", "https://us.i.posthog.com"],
  [" \t", "https://us.i.posthog.com"],
  [null, "https://us.i.posthog.com"],
  [undefined, "https://us.i.posthog.com"],
  ["https://app.posthog.com", "https://us.i.posthog.com"],
  ["https://us.posthog.com/", "https://us.i.posthog.com"],
  ["https://EU.posthog.com", "https://eu.i.posthog.com"],
  ["http://127.0.0.1:8010", "http://127.0.0.1:8010"],
  ["http://[::1]:8010/x", "http://[::1]:8010/x"],
  ["http://localhost", "http://localhost"],
];

for (const [given, host] of HOST_ROWS) {
  Deno.test(`resolveOptions() reads the host ${JSON.stringify(given)} (CAP-003)`, () => {
    const { options, problems } = resolve("phc_x", { host: given });
    assertEquals([options.host, options.disabled], [host, false]);
    assertEquals(problems, []);
  });
}

const NO_HOST =
  "expected an http or https URL without credentials, query and fragment";

const UNUSABLE_HOSTS: readonly [given: unknown, reason: string][] = [
  ["ftp://x.example", NO_HOST],
  ["wss://x.example", NO_HOST],
  ["localhost:8010", NO_HOST],
  ["mailto:a@x.example", NO_HOST],
  ["https://", NO_HOST],
  ["https://a.example:99999", NO_HOST],
  ["https://\ud800.example", NO_HOST],
  ["posthog", NO_HOST],
  ["127.0.0.1", NO_HOST],
  ["me@x.example", NO_HOST],
  ["https://a.example/?x=1", NO_HOST],
  ["https://a.example/#x", NO_HOST],
  ["https://a.example/?", NO_HOST],
  ["https://a.example/#", NO_HOST],
  ["https://user:secret@a.example", NO_HOST],
  ["https://secret@a.example", NO_HOST],
  ["https://:secret@a.example", NO_HOST],
  ["/ingest", "the browser's relative host can't serve a server"],
  ["./ingest", "the browser's relative host can't serve a server"],
  ["//a.example/ingest", "the browser's relative host can't serve a server"],
  [42, "expected a string, got number"],
  [false, "expected a string, got boolean"],
  [new URL("https://a.example"), "expected a string, got object"],
];

for (const [given, reason] of UNUSABLE_HOSTS) {
  Deno.test(`resolveOptions() disables the client for the host ${JSON.stringify(given)} and says why (FLD-020)`, () => {
    const { options, problems, notes } = resolve("phc_x", { host: given });
    assertEquals([options.host, options.disabled], ["", true]);
    assertEquals(problems.map(({ message }) => message), [
      `Cannot use option 'host': ${reason}; nothing is sent`,
    ]);
    assertEquals(notes, []);
  });
}

Deno.test("resolveOptions() disables the client for a host that can't be read (FLD-020)", () => {
  const { options } = resolve("phc_x", {
    get host() {
      throw new Error("no");
    },
  });
  assertEquals([options.host, options.disabled], ["", true]);
});

for (
  const [given, host] of [
    ["eu.i.posthog.com", "https://eu.i.posthog.com"],
    ["proxy.example:8443/ingest/", "https://proxy.example:8443/ingest"],
    ["app.posthog.com", "https://us.i.posthog.com"],
    ["münchen.example", "https://xn--mnchen-3ya.example"],
  ] as const
) {
  Deno.test(`resolveOptions() assumes https for the host ${given} and says so (FLD-020)`, () => {
    const { options, notes } = resolve("phc_x", { host: given });
    assertEquals(options.host, host);
    assertEquals(notes, ["Option 'host' has no scheme: https is assumed"]);
  });
}

import type { TestClient, TestClientOptions } from "edgehog/testing";
import { assert, assertEquals } from "./_assert.ts";
import { printAll } from "./_printing.ts";
import type { ContractLibrary, ContractRunner } from "./_runner.ts";

const TOKEN = "phc_test";
const KEYS: readonly TestClientOptions[] = [
  { personalApiKey: "phx_canary" },
  { secretKey: "phs_canary" },
  { secretKey: "phs_canary", captureMode: "v1" },
];
/** Somebody whom only the inside of a client knows, and what is known of her. */
const [SOMEBODY, TRAIT] = ["canary-somebody", "canary-trait"];
const FLAGS = {
  flags: [{
    key: "f",
    active: true,
    filters: {
      groups: [{
        properties: [{ key: "plan", type: "person", value: TRAIT }],
        "rollout_percentage": 50,
      }, {}],
    },
  }],
};

/** Leaves somebody in every place where a client keeps events, flags and properties. */
async function fill({ posthog, emulator, clock }: TestClient): Promise<void> {
  const message = {
    distinctId: SOMEBODY,
    event: "paid",
    properties: { trait: TRAIT },
  };
  posthog.register({ tenant: TRAIT });
  posthog.setPersonPropertiesForFlags({ plan: TRAIT });
  const flags = await posthog.evaluateFlags(SOMEBODY);
  flags.isEnabled("f");
  emulator.setFaultPolicy(() => ({ status: 503 }));
  posthog.capture({ ...message, flags });
  posthog.captureException(new Error("fails"), SOMEBODY);
  const flushed = posthog.flush(1000);
  await clock.advance(1000);
  await flushed;
  posthog.capture(message);
}

/** What a log line or an error page shows when somebody prints a client or a scope. */
export function printing(t: ContractRunner, lib: ContractLibrary): void {
  for (const options of KEYS) {
    const { secretKey = "phx_canary", captureMode = "v0" } = options;
    t.test(`a client prints neither a key nor what it holds of anybody (${secretKey}, ${captureMode}) (CAP-294)`, async () => {
      const client = lib.testing.createTestClient({ ...options, flags: FLAGS });
      const { posthog, clock, emulator, errors } = client;
      const hidden = [TOKEN, secretKey, SOMEBODY, TRAIT];
      const check = (moment: string) => {
        const text = printAll(lib, posthog);
        const found = hidden.filter((secret) => text.includes(secret));
        assertEquals(found, [], `A client that ${moment} shows a secret`);
      };
      check("is new");
      await fill(client);
      assert(posthog.queueSize > 2, "nothing is queued");
      check("holds events");
      const done = posthog.shutdown(1000);
      await clock.advance(1000);
      await done;
      check("was shut down");
      const text = errors.map((error) => printAll(lib, error)).join();
      assert(errors.length > 0, "nothing went wrong");
      assertEquals(
        [TOKEN, secretKey].filter((secret) => text.includes(secret)),
        [],
        "An error shows a key",
      );
      // The canaries are real: all of this left the client.
      const sent = JSON.stringify(emulator.requests);
      assertEquals(hidden.filter((secret) => !sent.includes(secret)), []);
    });

    t.test(`a scope and its snapshots print no key, and nothing of anybody else (${secretKey}, ${captureMode}) (CAP-294)`, async () => {
      const client = lib.testing.createTestClient({ ...options, flags: FLAGS });
      const { posthog } = client;
      await fill(client);
      const pending: Promise<unknown>[] = [];
      const ctx = { waitUntil: (work: Promise<unknown>) => pending.push(work) };
      const hidden = [TOKEN, secretKey, SOMEBODY, TRAIT];
      const check = (value: unknown) => {
        const text = printAll(lib, value);
        assertEquals(hidden.filter((secret) => text.includes(secret)), []);
      };
      for (const context of [undefined, ctx]) {
        const hog = posthog.forRequest(undefined, context as never, {
          distinctId: "visitor-1",
        });
        check(hog);
        hog.capture({ distinctId: SOMEBODY, event: "paid" });
        hog.identify({ distinctId: SOMEBODY, properties: { trait: TRAIT } });
        check(hog);
        hog.withContext({ properties: { area: "shop" } }, check);
        check(await hog.evaluateFlags());
      }
      posthog.clearQueue();
      await client.clock.advance(60_000);
      await Promise.all(pending);
    });
  }
}

import { assertEquals } from "@std/assert";

/** Everything that a Worker's global scope refuses, and the clock. */
const FORBIDDEN = [
  "fetch",
  "setTimeout",
  "setInterval",
  "queueMicrotask",
] as const;

/** Runs `work` while each of those is a spy that throws; the names of those that were used. */
async function spyOn(work: () => unknown): Promise<string[]> {
  const used: string[] = [];
  const refuse = (name: string) => () => {
    used.push(name);
    throw new Error(`${name} is refused here`);
  };
  const targets: [object, string][] = [
    ...FORBIDDEN.map((name): [object, string] => [globalThis, name]),
    [Date, "now"],
    [Math, "random"],
    [crypto, "getRandomValues"],
    [crypto, "randomUUID"],
  ];
  const restore = targets.map(([target, name]) => {
    const original = Reflect.get(target, name);
    Reflect.set(target, name, refuse(name));
    return () => Reflect.set(target, name, original);
  });
  try {
    await work();
  } finally {
    for (const undo of restore) undo();
  }
  return used;
}

Deno.test("importing edgehog and building a client touch neither I/O, timers, randomness nor the clock (CAP-002, CAP-009, FLG-020)", async () => {
  // A query makes it a module of its own, so that this import really runs it.
  const specifier = "../../../mod.ts?fresh";
  const used = await spyOn(async () => {
    const { PostHog } = await import(specifier);
    new PostHog("phc_x", {
      host: "https://eu.i.posthog.com",
      personalApiKey: "phx_1",
      beforeSend: () => null,
      projectTimezone: "Europe/Paris",
    });
    new PostHog("phc_x").forRequest(new Request("https://shop.example/"));
  });
  assertEquals(used, []);
});

Deno.test("the spies of this file notice what they watch", async () => {
  const used = await spyOn(() => {
    try {
      Date.now();
    } catch {
      // The spy's refusal.
    }
  });
  assertEquals(used, ["now"]);
});

import process from "node:process";
import { buildDefinitions, PERSON } from "./definitions.ts";
import type { Library } from "./samples.ts";

/** The definitions of which one is evaluated. */
export const FRESH_FLAGS = 1_000;

/** Loads and evaluates, or with the argument `parse` only parses, once; prints the milliseconds in a list. */
export async function main({ PostHog }: Library): Promise<void> {
  const text = buildDefinitions(FRESH_FLAGS);
  const response = new Response(text);
  const key = "flag-number-0";
  const startedAt = performance.now();
  if (process.argv.includes("parse")) JSON.parse(text);
  else {
    const posthog = new PostHog("phc_bench", {
      personalApiKey: "phx_bench",
      sendFeatureFlagEvent: false,
      fetch: () => Promise.resolve(response),
    });
    const flags = await posthog.evaluateFlags("user-1", {
      flagKeys: [key],
      personProperties: PERSON,
      onlyEvaluateLocally: true,
    });
    if (!flags.isEnabled(key)) throw new Error("Not decided");
  }
  const ms = performance.now() - startedAt;
  process.stdout.write(`${JSON.stringify([ms])}\n`, () => process.exit());
}

import { createSeededRandom } from "../../../src/testing/mod.ts";
import type { Worker } from "../../../tests/_kit/workerd.ts";

/** What a visitor was given. */
export interface Answer {
  readonly visitor: string;
  readonly flag: string;
  readonly value: string;
}

/** What the Worker's requests came to. */
export interface Visits {
  readonly served: number;
  readonly failures: readonly string[];
  /** One for each visitor, flag and value. */
  readonly answers: readonly Answer[];
  /** Events that the Worker recorded. */
  readonly recorded: number;
}

/** Events that the example records for a page: a read each, and what is tracked. */
const EVENTS = { "/": 3, "/order": 2 } as const;

/** Sends requests, some at a time, by visitors in a random order that is the same in each run. */
export async function sendVisits(
  worker: Worker,
  options: {
    readonly requests: number;
    readonly visitors: number;
    readonly atATime: number;
    readonly onProgress: (served: number) => void;
  },
): Promise<Visits> {
  const { requests, visitors, atATime, onProgress } = options;
  const draw = new Uint8Array(2 * requests);
  createSeededRandom(7)(draw);
  const failures: string[] = [];
  const answers = new Map<string, Answer>();
  let [next, served, recorded] = [0, 0, 0];
  const visit = async (at: number) => {
    const visitor = `visitor-${(draw[2 * at] ?? 0) % visitors}`;
    const path = (draw[2 * at + 1] ?? 0) < 64 ? "/order" : "/";
    const response = await worker.fetch(`${path}?visitor=${visitor}`);
    if (!response.ok) {
      failures.push(`${path} by ${visitor}: status ${response.status}`);
      await response.body?.cancel();
      return;
    }
    const { checkout, tier } = await response.json();
    served++;
    recorded += EVENTS[path];
    if (path === "/order") return;
    const given = { "new-checkout": checkout, "pricing-tier": tier };
    for (const [flag, value] of Object.entries(given)) {
      const answer = { visitor, flag, value: String(value) };
      answers.set(JSON.stringify(answer), answer);
    }
  };
  // A fresh isolate's first request loads the flags; alone, so that the report can count that.
  await visit(next++).catch((error) => failures.push(String(error)));
  const work = async () => {
    while (next < requests) {
      const at = next++;
      await visit(at).catch((error) => failures.push(String(error)));
      onProgress(served + failures.length);
    }
  };
  await Promise.all(Array.from({ length: atATime }, work));
  return { served, failures, answers: [...answers.values()], recorded };
}

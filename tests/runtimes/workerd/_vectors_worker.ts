import { syncHasher } from "edgehog/sync-hash";
import { webCryptoHasher } from "../../../src/core/hash.ts";
import {
  judgeFlagVectors,
  judgeHashVectors,
  type Setting,
  type Verdict,
} from "../../vectors/_judge.ts";

/** What the Worker found. */
export interface Findings {
  /** Under each setting asked for, by Web Crypto and by the synchronous hasher. */
  readonly verdicts: readonly (readonly (readonly Verdict[])[])[];
  /** The hash vectors that came out differently. */
  readonly wrongHashes: readonly string[];
}

/** What the test sends. */
export interface Order {
  /** `hash.json`. */
  readonly hashVectors: string;
  /** `flags-vectors.json`. */
  readonly flagVectors: string;
  /** What the evaluator is told. */
  readonly settings: readonly Setting[];
}

async function respond(request: Request): Promise<Response> {
  const order: Order = await request.json();
  const hashers = [webCryptoHasher, syncHasher];
  const verdicts: (readonly Verdict[])[][] = [];
  for (const setting of order.settings) {
    verdicts.push([]);
    for (const hasher of hashers) {
      verdicts.at(-1)?.push(
        await judgeFlagVectors(order.flagVectors, hasher, setting),
      );
    }
  }
  const wrongHashes = await Promise.all(
    hashers.map((hasher) => judgeHashVectors(order.hashVectors, hasher)),
  );
  const findings: Findings = {
    verdicts,
    wrongHashes: wrongHashes.flat(),
  };
  return Response.json(findings);
}

export default {
  fetch: (request: Request): Promise<Response> => respond(request),
};

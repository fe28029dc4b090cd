import { PostHog as PostHogNode } from "posthog-node";
import { buildDefinitions, PERSON } from "./definitions.ts";
import { type Library, respond } from "./samples.ts";
import type { Work } from "./works.ts";

/** What both clients ask by. */
type FetchLike = (url: string) => Promise<Response>;

/** How many definitions are loaded, and how many loads make a turn. */
const LOADS: readonly (readonly [flags: number, count: number])[] = [
  [100, 40],
  [1_000, 4],
  [10_000, 1],
];

/** First evaluations of a turn. */
const FIRSTS = 20;

/** The flags of each size that is loaded. */
export const FLAG_COUNTS: readonly number[] = LOADS.map(([flags]) => flags);

/** The names of what is measured, by which the tables find their rows. */
export const LOAD_NAMES = {
  first: "new PostHog() + first evaluateFlags(), 100 flags",
  otherFirst: "the same of posthog-node",
  parse: (flags: number): string => `JSON.parse() of ${flags} definitions`,
  load: (flags: number): string => `loading ${flags} definitions`,
  evaluate: (flags: number): string =>
    `loading and evaluating ${flags} definitions`,
} as const;

/** A call whose work goes on in promises; those of a turn are waited for together. */
function withPromises<Made>(
  create: (fetch: FetchLike) => Made,
  use: (made: Made) => Promise<unknown>,
  text: string,
): Pick<Work, "prepare" | "call" | "finish"> {
  let responses: readonly Response[] = [];
  let promises: Promise<unknown>[] = [];
  return {
    prepare: (count) => {
      responses = Array.from({ length: count }, () => new Response(text));
    },
    call: (index) => {
      const made = create((url) =>
        /definitions|local_evaluation/.test(url)
          ? Promise.resolve(responses[index] ?? Response.error())
          : respond()
      );
      promises.push(use(made));
      return made;
    },
    finish: async () => {
      const begun = promises;
      promises = [];
      const results = await Promise.all(begun);
      if (!results.every(Boolean)) throw new Error("No definitions");
    },
  };
}

/** Loads and the first evaluation: a client that is given definitions by its fetch function. */
export function createLoadWorks({ PostHog }: Library): readonly Work[] {
  const options = {
    personalApiKey: "phx_bench",
    disableSingletonWarning: true,
    featureFlagsPollingInterval: 1e9,
  };
  const create = (fetch: FetchLike) =>
    new PostHog("phc_bench", { ...options, fetch });
  const evaluation = { personProperties: PERSON, onlyEvaluateLocally: true };
  const hundred = buildDefinitions(100);
  const clients: PostHogNode[] = [];
  return [
    {
      name: LOAD_NAMES.first,
      count: FIRSTS,
      ...withPromises(create, async (client) => {
        const flags = await client.evaluateFlags("user-1", evaluation);
        return flags.isEnabled("flag-number-0");
      }, hundred),
    },
    {
      name: LOAD_NAMES.otherFirst,
      count: FIRSTS,
      ...withPromises(
        (fetch) => {
          const client = new PostHogNode("phc_bench", { ...options, fetch });
          clients.push(client);
          return client;
        },
        async (client) => {
          await client.waitForLocalEvaluationReady();
          const flags = await client.evaluateFlags("user-1", evaluation);
          return flags.isEnabled("flag-number-0");
        },
        hundred,
      ),
      settle: async () => {
        const ended = clients.splice(0).map((client) => client.shutdown());
        await Promise.all(ended);
      },
    },
    ...LOADS.flatMap(([flags, count]): readonly Work[] => {
      const text = buildDefinitions(flags);
      return [
        {
          name: LOAD_NAMES.parse(flags),
          count,
          call: () => JSON.parse(text),
        },
        {
          name: LOAD_NAMES.load(flags),
          count,
          ...withPromises(
            create,
            (client) => client.waitForLocalEvaluationReady(),
            text,
          ),
        },
        {
          name: LOAD_NAMES.evaluate(flags),
          count,
          ...withPromises(
            create,
            (client) => client.evaluateFlags("user-1", evaluation),
            text,
          ),
        },
      ];
    }),
  ];
}

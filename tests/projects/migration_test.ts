import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { createPostHogEmulator, type ReceivedEvent } from "edgehog/dev";
import { serveEmulator } from "../../scripts/cli/serve_emulator.ts";
import { fromRoot } from "../_kit/paths.ts";
import { testProject } from "./_project.ts";

const FLAGS = {
  flags: [
    { key: "new-nav", active: true, filters: { groups: [{ properties: [] }] } },
    {
      key: "old-nav",
      active: false,
      filters: { groups: [{ properties: [] }] },
    },
    {
      key: "theme",
      active: true,
      filters: {
        groups: [{ properties: [], variant: "dark" }],
        multivariate: { variants: [{ key: "dark", rollout_percentage: 100 }] },
      },
    },
  ],
};

/** The calls of posthog-node 6, which npm has not got yet, and what posthog-node 5 has in their place. */
const OF_SIX: readonly (readonly [six: string, five: string])[] = [
  ["beforeSend(event)", "before_send(event)"],
  [
    'captureException(declined, { distinctId, properties: { area: "pay" } })',
    'captureException(declined, distinctId, { area: "pay" })',
  ],
  [
    'options = { "process_person_profile": false }',
    "properties = { $process_person_profile: false }",
  ],
  ['event: "left", options', 'event: "left", properties'],
];

/** What differs in the events, and why; the guide has the same lines. */
const DIFFERENCES: Readonly<Record<string, string>> = {
  $lib: "the library's own name",
  $lib_version: "the library's own version",
  coupon: "left out, as in posthog-node 6",
  $exception_type: "as PostHog's specification of SDKs has it",
  $exception_message: "as PostHog's specification of SDKs has it",
  frames: "whole paths, and no lines of source: the edge has no files",
};

/** What differs from run to run, and is only compared as being there. */
const OF_THE_RUN: ReadonlySet<string> = new Set([
  "$feature_flag_evaluated_at",
  "$feature_flag_request_id",
]);

/** What of a frame is the same whoever reads the stack. */
const OF_THE_STACK = ["function", "lineno", "colno", "in_app", "platform"];

type Sent = readonly [name: string, value: unknown][];

/** An event's members in one order. A moment or uuid of the run is one whoever made it. */
function flatten(event: ReceivedEvent): Sent {
  const { uuid, timestamp, distinctId, event: name, properties } = event;
  const { $feature_flag: flag = "" } = properties;
  return [
    ["event", `${name} ${flag}`],
    ["distinctId", distinctId],
    ["uuid", uuid === GIVEN_UUID ? uuid : "of the run"],
    ["timestamp", timestamp.startsWith(GIVEN_DAY) ? timestamp : "of the run"],
    ...Object.entries(properties)
      // `$create_alias` repeats it by v0, which posthog-node 5 speaks.
      .filter(([key, value]) => key !== "distinct_id" || value !== distinctId)
      .sort(([one], [other]) => one < other ? -1 : 1)
      .map(([key, value]) =>
        [
          key,
          OF_THE_RUN.has(key) ? "of the run" : value,
        ] as [string, unknown]
      ).flatMap(([key, value]) =>
        key === "$exception_list"
          ? [[key, keepOfStack(value)], ["frames", value]] as Sent
          : [[key, value]] as Sent
      ),
  ];
}

/** The exceptions without what their frames say differently. */
function keepOfStack(list: unknown): unknown {
  return JSON.parse(
    JSON.stringify(
      list,
      (key, value) =>
        key === "frames"
          ? value.map((frame: Readonly<Record<string, unknown>>) =>
            Object.fromEntries(OF_THE_STACK.map((name) => [name, frame[name]]))
          )
          : value,
    ),
  );
}

const GIVEN_UUID = "019b7ca9-8f2e-7000-8000-000000000001";
const GIVEN_DAY = "2026-01-02T03:";

testProject("migration", async ({ directory, run }, t) => {
  const app = await Deno.readTextFile(
    fromRoot("tests/projects/migration/app.mjs"),
  );
  const send = async (
    sdk: string,
    changes: typeof OF_SIX = [],
  ): Promise<readonly Sent[]> => {
    const emulator = createPostHogEmulator({ flags: FLAGS });
    await using server = await serveEmulator(emulator, 0);
    let text = app.replace('from "posthog-node"', `from "${sdk}"`);
    for (const [six, five] of changes) {
      assertEquals(text.split(six).length, 2, six);
      text = text.replace(six, five);
    }
    await Deno.writeTextFile(`${directory}/${sdk}.mjs`, text);
    await run("env", `POSTHOG_HOST=${server.url}`, "node", `${sdk}.mjs`);
    return emulator.events.map(flatten).sort((one, other) =>
      String(one[0]) < String(other[0]) ? -1 : 1
    );
  };
  const theirs = await send("posthog-node", OF_SIX);
  const ours = await send("edgehog");
  const isSame = ([name]: readonly [string, unknown]) =>
    !Object.hasOwn(DIFFERENCES, name);

  await t.step(
    "the application sends the same events with only its import changed (FLD-055)",
    () => {
      assertEquals(app.trimEnd().split("\n").length, 60);
      assertEquals(theirs.length, 12);
      const same = (events: readonly Sent[]) =>
        events.map((event) => event.filter(isSame));
      assertEquals(same(ours), same(theirs));
    },
  );

  await t.step(
    "what the list of differences has does differ, in each event that has it (FLD-055)",
    () => {
      for (const name of Object.keys(DIFFERENCES)) {
        const pairs = theirs.map((event, index) =>
          [event, ours[index] ?? []].map((sent) => new Map(sent).get(name))
        ).filter((values) => values.some((value) => value !== undefined));
        assert(pairs.length > 0, name);
        for (const [one, other] of pairs) {
          assert(JSON.stringify(one) !== JSON.stringify(other), name);
        }
      }
    },
  );

  await t.step(
    "the guide has what posthog-node 5 calls otherwise (FLD-055, UPS-060)",
    async () => {
      const guide = await Deno.readTextFile(
        fromRoot("docs/migrating-from-posthog-node.md"),
      );
      for (const words of OF_SIX.flat()) {
        assertStringIncludes(guide, `\`${words}\``);
      }
    },
  );

  await t.step("the guide has the differences (FLD-055)", async () => {
    const guide = await Deno.readTextFile(
      fromRoot("docs/migrating-from-posthog-node.md"),
    );
    for (const [name, reason] of Object.entries(DIFFERENCES)) {
      assert(
        guide.split("\n").some((line) =>
          line.includes(`\`${name}\``) && line.includes(reason)
        ),
        name,
      );
    }
  });
});

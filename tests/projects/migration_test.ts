import { assert, assertEquals } from "@std/assert";
import { createPostHogEmulator, type ReceivedEvent } from "edgehog/dev";
import { serveEmulator } from "../../scripts/_emulator_server.ts";
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

/** What differs in the events, and why; the guide has the same lines. */
const DIFFERENCES: Readonly<Record<string, string>> = {
  $lib: "the library's own name",
  $lib_version: "the library's own version",
};

/** What differs from run to run, and is only compared as being there. */
const OF_THE_RUN: ReadonlySet<string> = new Set([
  "$feature_flag_evaluated_at",
  "$feature_flag_request_id",
]);

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
      ),
  ];
}

const GIVEN_UUID = "019b7ca9-8f2e-7000-8000-000000000001";
const GIVEN_DAY = "2026-01-02T03:";

testProject("migration", async ({ directory, run }, t) => {
  const app = await Deno.readTextFile(
    fromRoot("examples/migration/posthog_node_app.mjs"),
  );
  const send = async (sdk: string): Promise<readonly Sent[]> => {
    const emulator = createPostHogEmulator({ flags: FLAGS });
    await using server = await serveEmulator(emulator, 0);
    await Deno.writeTextFile(
      `${directory}/${sdk}.mjs`,
      app.replace('from "posthog-node"', `from "${sdk}"`),
    );
    await run("env", `POSTHOG_HOST=${server.url}`, "node", `${sdk}.mjs`);
    return emulator.events.map(flatten).sort((one, other) =>
      String(one[0]) < String(other[0]) ? -1 : 1
    );
  };
  const theirs = await send("posthog-node");
  const ours = await send("edgehog");
  const isSame = ([name]: readonly [string, unknown]) =>
    !Object.hasOwn(DIFFERENCES, name);

  await t.step(
    "the application sends the same events with only its import changed (FLD-055)",
    () => {
      assertEquals(app.trimEnd().split("\n").length, 60);
      assertEquals(theirs.length, 11);
      const same = (events: readonly Sent[]) =>
        events.map((event) => event.filter(isSame));
      assertEquals(same(ours), same(theirs));
    },
  );

  await t.step(
    "what the list of differences has does differ, in every event (FLD-055)",
    () => {
      for (const name of Object.keys(DIFFERENCES)) {
        const values = (events: readonly Sent[]) =>
          new Set(events.map((event) => new Map(event).get(name)));
        assertEquals(values(theirs).intersection(values(ours)).size, 0);
      }
    },
  );

  await t.step("the guide has the differences (FLD-055)", async () => {
    const guide = await Deno.readTextFile(
      fromRoot("examples/migration/posthog-node.md"),
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

import { assertEquals } from "@std/assert";
import type { CapturedEvent } from "edgehog";
import { createTestClient } from "edgehog/testing";

type Hook = (event: CapturedEvent) => CapturedEvent;

/** The properties that an event of `groups` is sent with, `$groups` or none. */
async function send(
  hook: Hook,
  groups: Record<string, string> | undefined = { company: "a" },
): Promise<unknown> {
  const { posthog, emulator } = createTestClient({ beforeSend: hook });
  posthog.capture({ event: "paid", distinctId: "u", groups });
  await posthog.flush();
  return emulator.events[0]?.properties["$groups"];
}

Deno.test("a hook sees groups, sendFeatureFlags and disableGeoip as they were given (FLD-050)", async () => {
  const seen: unknown[] = [];
  const { posthog, clock } = createTestClient({
    beforeSend(event) {
      const { groups, sendFeatureFlags, disableGeoip } = event;
      seen.push([groups, sendFeatureFlags, disableGeoip]);
      return event;
    },
  });
  const given = {
    groups: { company: "a" },
    sendFeatureFlags: { onlyEvaluateLocally: true },
    disableGeoip: false,
  };
  posthog.capture({ event: "paid", distinctId: "u", ...given });
  await Promise.all([posthog.flush(), clock.advance(20_000)]);
  posthog.capture({ event: "paid", distinctId: "u" });
  assertEquals(seen, [
    [{ company: "a" }, { onlyEvaluateLocally: true }, false],
    [undefined, undefined, undefined],
  ]);
});

Deno.test("what a hook is given beside the event's five members is not sent (FLD-050)", async () => {
  const { posthog, emulator } = createTestClient({
    beforeSend: (event) => event,
  });
  posthog.capture({
    event: "paid",
    distinctId: "u",
    groups: { a: "b" },
    disableGeoip: true,
  });
  await posthog.flush();
  const [request] = emulator.requests;
  assertEquals(JSON.stringify(request).includes("sendFeatureFlags"), false);
  assertEquals(
    Object.keys(emulator.events[0] ?? {}).includes("groups"),
    false,
  );
});

const HOOKS: readonly [what: string, hook: Hook, sent: unknown][] = [
  ["nothing", (event) => event, { company: "a" }],
  ["groups in place", (event) => {
    if (event.groups) event.groups["company"] = "b";
    return event;
  }, { company: "b" }],
  ["groups, replaced", (event) => {
    event.groups = { team: "t" };
    return event;
  }, { team: "t" }],
  ["$groups in place", (event) => {
    event.properties["$groups"] = { company: "c" };
    return event;
  }, { company: "c" }],
  ["both: groups wins", (event) => {
    event.properties["$groups"] = { company: "c" };
    event.groups = { company: "b" };
    return event;
  }, { company: "b" }],
  ["groups, deleted", (event) => {
    delete event.groups;
    return event;
  }, undefined],
  ["groups, emptied", (event) => {
    event.groups = {};
    return event;
  }, undefined],
  ["$groups, deleted", (event) => {
    delete event.properties["$groups"];
    return event;
  }, undefined],
  ["the properties, replaced in place without $groups", (event) => {
    event.properties = { a: 1 };
    return event;
  }, undefined],
  [
    "another event with other groups",
    (event) => ({ ...event, groups: { company: "b" } }),
    { company: "b" },
  ],
  [
    "another event with groups: undefined",
    (event) => ({ ...event, groups: undefined }),
    undefined,
  ],
  [
    "another event without groups",
    ({ groups: _, ...event }) => ({ ...event }),
    { company: "a" },
  ],
  [
    "another event with properties of its own",
    (event) => ({ ...event, properties: { a: 1 } }),
    { company: "a" },
  ],
  [
    "another event with properties of its own and no groups at all",
    ({ groups: _, ...event }) => ({ ...event, properties: { a: 1 } }),
    undefined,
  ],
  [
    "another event with $groups of its own",
    (event) => ({
      ...event,
      properties: { ...event.properties, $groups: { company: "c" } },
    }),
    { company: "c" },
  ],
];

for (const [what, hook, sent] of HOOKS) {
  Deno.test(`a hook changes ${what} (FLD-050)`, async () => {
    assertEquals(await send(hook), sent);
  });
}

Deno.test("a hook adds groups where there were none (FLD-050)", async () => {
  const hook: Hook = (event) => {
    event.groups = { company: "a" };
    return event;
  };
  assertEquals(await send(hook, undefined), { company: "a" });
});

import { assertEquals } from "@std/assert";
import {
  buildFlagDefinitions,
  type EmulatorFlagDefinitions,
} from "edgehog/testing";
import { type Collector, inOrder } from "../projects/_servers.ts";

/** The flag that the examples ask for; without it the navigation is `classic`. */
export const FLAGS: EmulatorFlagDefinitions = buildFlagDefinitions({
  "new-navigation": true,
});

/** What fromEnv reads. */
export function variablesOf(host: string): Record<string, string> {
  return {
    POSTHOG_PROJECT_TOKEN: "phc_x",
    POSTHOG_HOST: host,
    POSTHOG_PERSONAL_API_KEY: "phx_x",
  };
}

/** Asks for the page as two visitors in turn, and looks at the answers and at what arrives of each. */
export async function visit(
  url: string,
  collector: Collector,
  ...events: readonly string[]
): Promise<void> {
  const names = ["$feature_flag_called", ...events];
  for (const [index, visitor] of ["user-1", "user-2"].entries()) {
    const response = await fetch(`${url}/?visitor=${visitor}`, {
      headers: { cookie: `visitor=${visitor}` },
    });
    const { navigation } = await response.json();
    assertEquals([response.status, navigation], [200, "new"]);
    await collector.receive(names.length * (index + 1));
    expectOf(collector, visitor, names);
  }
}

/** What has arrived about somebody: these events, each with the flag's value. */
export function expectOf(
  collector: Collector,
  visitor: string,
  names: readonly string[],
  flag = "new-navigation",
): void {
  const arrived = collector.events
    .filter(({ distinctId }) => distinctId === visitor)
    .map(({ event, properties }) => [
      event,
      properties["$feature_flag_response"] ??
        properties[`$feature/${flag}`],
    ]);
  assertEquals(inOrder(arrived), inOrder(names.map((name) => [name, true])));
}

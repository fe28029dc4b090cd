import { assertEquals } from "@std/assert";
import type {
  AllFlagsOptions,
  BeforeSendFn,
  EventMessage,
  FlagDefinitionCacheData,
  FlagDefinitionCacheProvider,
  IPostHog,
  PostHogFeatureFlag,
} from "edgehog";
import { PostHog } from "edgehog";
import type {
  AllFlagsOptions as NodeAllFlagsOptions,
  BeforeSendFn as NodeBeforeSendFn,
  EventMessage as NodeEventMessage,
  FlagDefinitionCacheProvider as NodeProvider,
  PostHogFeatureFlag as NodeFlag,
} from "posthog-node";

/** Compiles where the first fits the second. */
function take<Wanted>(_values: readonly Wanted[]): void {}

Deno.test("posthog-node's types are here under their names, and take what its own take (FLD-054)", () => {
  const message = {} as Omit<NodeEventMessage, "flags">;
  take<EventMessage>([message]);
  take<AllFlagsOptions>([{} as NodeAllFlagsOptions]);
  take<PostHogFeatureFlag>([{} as NodeFlag & Record<string, unknown>]);
  take<FlagDefinitionCacheProvider>([{} as NodeProvider]);
  take<IPostHog>([{} as PostHog]);
  const hook: BeforeSendFn = (event) => {
    event.properties["seen"] = true;
    return event;
  };
  const typed = (event: EventMessage): EventMessage | null =>
    event.event === "secret" ? null : { ...event, groups: { a: "b" } };
  take<BeforeSendFn>([hook, typed]);
  class Provider implements FlagDefinitionCacheProvider {
    getFlagDefinitions(): undefined {}
    shouldFetchFlagDefinitions(): boolean {
      return true;
    }
    onFlagDefinitionsReceived(_data: FlagDefinitionCacheData): void {}
    shutdown(): void {}
  }
  const posthog: IPostHog = new PostHog(undefined, {
    beforeSend: [hook, typed],
    flagDefinitionCacheProvider: new Provider(),
    logger: { debug() {}, info() {}, warn() {}, error() {} },
  });
  assertEquals(posthog.isDisabled, true);
  take<(event: NodeEventMessage) => unknown>([
    {} as NodeBeforeSendFn,
  ]);
});

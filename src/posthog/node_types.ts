import type {
  FlagDefinitionCacheProviderLike,
} from "../core/flag_definition_cache.ts";
import type { BeforeSend } from "../core/event.ts";
import type { EvaluateFlagsOptions } from "../flags/call_options.ts";
import type { PostHogClient } from "./types.ts";

/** posthog-node's name of what `capture` takes. */
export type EventMessage = Parameters<PostHogClient["capture"]>[0];

/** posthog-node's name of {@linkcode PostHogClient}. */
export type IPostHog = PostHogClient;

/** posthog-node's name of {@linkcode BeforeSend}. */
export type BeforeSendFn = BeforeSend;

/** posthog-node's name of {@linkcode FlagDefinitionCacheProviderLike}; new ones are a {@linkcode FlagDefinitionCache}. */
export type FlagDefinitionCacheProvider = FlagDefinitionCacheProviderLike;

/** posthog-node's name of {@linkcode EvaluateFlagsOptions}. */
export type AllFlagsOptions = EvaluateFlagsOptions;

/** The definition of a flag, as PostHog's API has it. Its members are the server's. */
export interface PostHogFeatureFlag {
  /** The flag's number. */
  readonly id: number;
  /** What it is for. */
  readonly name: string;
  /** Its key. */
  readonly key: string;
  /** Whether it is evaluated at all. */
  readonly active: boolean;
  /** Whether it was deleted. */
  readonly deleted: boolean;
  /** Its conditions, variants and payloads. */
  readonly filters?: Readonly<Record<string, unknown>>;
  /** Its rollout, in flags of before there were conditions. */
  readonly "rollout_percentage": number | null;
  /** Whether a person keeps the value of before they were identified. */
  readonly "ensure_experience_continuity": boolean;
  /** The experiments that it is part of. */
  readonly "experiment_set": readonly number[];
  /** What else the server says of it. */
  readonly [member: string]: unknown;
}

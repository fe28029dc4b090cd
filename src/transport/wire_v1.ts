import { USER_AGENT } from "../core/version.ts";
import type { Codec } from "./encode.ts";
import { toV1Event } from "./v1_event.ts";
import { readV1Refusal, readV1Results } from "./v1_response.ts";
import type { Wire } from "./wire.ts";

/** What the v1 protocol needs to know. */
export interface V1WireOptions {
  /** `/i/v1/analytics/events`. */
  readonly url: string;
  /** The project token. */
  readonly apiKey: string;
  /** Marks batches as historical imports. */
  readonly historicalMigration: boolean;
  /** How bodies are compressed. */
  readonly codec: Codec | undefined;
}

/** Creates the v1 protocol: the answer speaks event by event. */
export function createV1Wire(
  { url, apiKey, historicalMigration, codec }: V1WireOptions,
): Wire {
  return {
    url,
    codec,
    build(batch, now) {
      // All events of a batch travel in one logical request.
      const [first] = batch;
      const { id = "", attempt = 1, createdAt = now } = first?.request ?? {};
      return {
        headers: {
          "Authorization": `Bearer ${apiKey}`,
          "PostHog-Sdk-Info": USER_AGENT,
          "PostHog-Attempt": String(attempt),
          "PostHog-Request-Id": id,
          "PostHog-Request-Timestamp": new Date(now).toISOString(),
        },
        text: JSON.stringify({
          created_at: new Date(createdAt).toISOString(),
          ...(historicalMigration && { historical_migration: true }),
          batch: batch.map(({ text }) => toV1Event(text)),
        }),
      };
    },
    readSuccess: ({ text }, batch, afterMs) =>
      readV1Results(text, batch, afterMs),
    readRefusal: readV1Refusal,
  };
}

import type { DeliveryReason } from "../core/delivery.ts";
import { isRecord } from "../core/guards.ts";
import { parseJson } from "../core/json.ts";
import { buildBatchBody, type Codec } from "./encode.ts";
import type { HttpAnswer } from "./http.ts";
import { MAX_DETAIL_CHARACTERS, type Wire } from "./wire.ts";

/** What the v0 protocol needs to know. */
export interface V0WireOptions {
  /** `/batch/`, or the AI lane's endpoint, which speaks v0 in both modes. */
  readonly url: string;
  /** The project token. */
  readonly apiKey: string;
  /** Marks batches as historical imports. */
  readonly historicalMigration: boolean;
  /** How bodies are compressed. */
  readonly codec: Codec | undefined;
}

/** Creates the v0 protocol: the answer speaks for all events alike. */
export function createV0Wire(
  { url, apiKey, historicalMigration, codec }: V0WireOptions,
): Wire {
  return {
    url,
    codec,
    build(batch, now) {
      const texts = batch.map(({ text }) => text);
      const sentAt = new Date(now).toISOString();
      const envelope = { apiKey, sentAt, historicalMigration };
      return { headers: {}, text: buildBatchBody(texts, envelope) };
    },
    readSuccess(answer, batch) {
      const reason = readQuota(answer);
      return batch.map(({ uuid }) => ({
        kind: "delivered",
        uuid,
        ...(reason && { reason }),
      }));
    },
    readRefusal: ({ text }) =>
      text?.slice(0, MAX_DETAIL_CHARACTERS) || undefined,
  };
}

/** Over a quota PostHog takes the events and drops them; sending them again could not help. */
function readQuota(
  { status, text }: HttpAnswer,
): DeliveryReason | undefined {
  const body = parseJson(text);
  const limited = isRecord(body) ? body["quota_limited"] : undefined;
  if (!Array.isArray(limited) || limited.length === 0) return undefined;
  if (!limited.every((name) => typeof name === "string")) return undefined;
  const details = limited.join(", ").slice(0, MAX_DETAIL_CHARACTERS);
  return { code: "quota_limited", status, details };
}

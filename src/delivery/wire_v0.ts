import type { DeliveryReason } from "../core/delivery.ts";
import type { Codec } from "./encode.ts";
import type { HttpAnswer } from "./http.ts";
import { cutDetail, readMembers, type Wire, type WireOptions } from "./wire.ts";

/** Creates the v0 protocol of `/batch/` and of the AI lane: the answer speaks for all events alike. */
export function createV0Wire(
  url: string,
  { apiKey, historicalMigration }: WireOptions,
  codec: Codec | undefined,
): Wire {
  return {
    url,
    codec,
    build(batch, _request, now) {
      const head = JSON.stringify({
        api_key: apiKey,
        // Fresh for every attempt: the server derives the clock's skew from it.
        sent_at: new Date(now).toISOString(),
        historical_migration: historicalMigration || undefined,
      });
      // The events are serialized already.
      const events = batch.map(({ text }) => text).join();
      return { headers: {}, text: `${head.slice(0, -1)},"batch":[${events}]}` };
    },
    readSuccess(answer) {
      const reason = readQuota(answer);
      return () => ({ kind: "delivered", ...(reason && { reason }) });
    },
    readRefusal: ({ text }) => text,
  };
}

/** Over a quota PostHog takes the events and drops them; sending them again could not help. */
function readQuota({ status, text }: HttpAnswer): DeliveryReason | undefined {
  const { quota_limited: limited } = readMembers(text);
  if (!Array.isArray(limited) || limited.length === 0) return undefined;
  if (!limited.every((name) => typeof name === "string")) return undefined;
  const details = cutDetail(limited.join(", "));
  return { code: "quota_limited", status, details };
}

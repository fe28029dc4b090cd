import type { Lane } from "../core/delivery.ts";
import type { ResolvedOptions } from "../options/resolve.ts";
import type { Endpoints } from "../transport/endpoints.ts";
import type { Wire } from "../transport/wire.ts";
import { createV0Wire } from "../transport/wire_v0.ts";
import { createV1Wire } from "../transport/wire_v1.ts";

/** Chooses the protocol of each lane: the AI lane's endpoint speaks v0, and v0 knows no deflate. */
export function createWires(
  options: ResolvedOptions,
  endpoints: Endpoints,
): Readonly<Record<Lane, Wire>> {
  const { apiKey, historicalMigration, captureMode } = options;
  const isCompressed = !options.disableCompression;
  const common = { apiKey, historicalMigration };
  const v0 = { ...common, codec: isCompressed ? "gzip" as const : undefined };
  const v1 = {
    ...common,
    codec: isCompressed ? options.compression : undefined,
  };
  return {
    analytics: captureMode === "v1"
      ? createV1Wire({ ...v1, url: endpoints.analyticsV1 })
      : createV0Wire({ ...v0, url: endpoints.batch }),
    ai: createV0Wire({ ...v0, url: endpoints.ai }),
  };
}

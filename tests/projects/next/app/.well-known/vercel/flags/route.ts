import { getProviderData } from "edgehog/flags-sdk";
import { mergeProviderData } from "flags";
import {
  createFlagsDiscoveryEndpoint,
  getProviderData as getDeclared,
} from "flags/next";
import { half, newNav, price, pricing } from "../../../../lib/flags";
import { posthog } from "../../../../lib/posthog";

// The SDK's own types don't go together under exactOptionalPropertyTypes.
const flags = { newNav, half, pricing, price } as unknown as Parameters<
  typeof getDeclared
>[0];

export const GET = createFlagsDiscoveryEndpoint(() =>
  mergeProviderData([
    getDeclared(flags),
    getProviderData(posthog, { projectId: 12 }),
  ])
);

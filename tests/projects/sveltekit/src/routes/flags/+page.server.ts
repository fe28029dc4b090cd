import { half, newNav, price, pricing } from "$lib/flags";
import { posthog } from "$lib/posthog";

export async function load({ request }: { request: Request }) {
  const sdk = {
    newNav: await newNav(),
    half: await half(),
    pricing: await pricing(),
    price: await price(),
  };
  const distinctId = request.headers.get("x-user") ?? "nobody";
  const snapshot = await posthog.evaluateFlags(distinctId, {
    onlyEvaluateLocally: true,
    sendFeatureFlagEvents: false,
  });
  const own = {
    newNav: snapshot.isEnabled("new-nav"),
    half: snapshot.isEnabled("half"),
    pricing: snapshot.getFlag("pricing"),
    price: (snapshot.getFlagPayload("pricing") as { price: number }).price,
  };
  return { sdk, own };
}

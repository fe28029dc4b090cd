import { headers } from "next/headers";
import { evaluate } from "flags/next";
import { half, newNav, price, pricing } from "../../lib/flags";
import { posthog } from "../../lib/posthog";

export default async function Page({ searchParams }: PageProps<"/flags">) {
  const distinctId = (await headers()).get("x-user") ?? "nobody";
  const flags = { newNav, half, pricing, price };
  const sdk = "bulk" in await searchParams ? await evaluate(flags) : {
    newNav: await newNav(),
    half: await half(),
    pricing: await pricing(),
    price: await price(),
  };
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
  return <pre>{JSON.stringify({ sdk, own })}</pre>;
}

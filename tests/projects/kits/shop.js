/** A small shop: a Worker with its client at module scope, as an application has it. */
import { PostHog, withPostHog } from "edgehog";
import { createClient } from "edgehog/client";

/** The shop's client. */
export const posthog = new PostHog("phc_shop", {
  beforeSend: (event) => event.event === "noise" ? null : event,
});

/** A second one, of the kernel alone: what the warehouse is told. */
export const warehouse = createClient("phc_warehouse", { use: [] });

/** The shop's handler, for a client and its request's scope. */
export async function handle(request, _env, _ctx, hog) {
  const { pathname } = new URL(request.url);
  const flags = await hog.evaluateFlags();
  if (pathname === "/") {
    const { percent = 0 } = flags.getFlagPayload("sale") ?? {};
    const isSale = flags.isEnabled("sale");
    hog.capture({ event: "shop viewed", properties: { isSale }, flags });
    return new Response(isSale ? `Sale: ${percent} % off` : "Welcome");
  }
  if (pathname === "/orders") {
    const order = await request.json();
    if (!(order.total > 0)) throw new RangeError("An order needs a total");
    hog.capture({
      event: "order placed",
      properties: { total: order.total, items: order.items },
      flags: flags.onlyAccessed(),
    });
    warehouse.capture({
      distinctId: "shop",
      event: "order received",
      properties: { items: order.items.length },
    });
    return new Response("Thank you", { status: 201 });
  }
  return new Response("No such page", { status: 404 });
}

/** Makes the Worker around a client. */
export function createShop(client) {
  return {
    fetch: withPostHog(client, handle, {
      onError: () => new Response("Sorry", { status: 500 }),
    }),
  };
}

/** The Worker. */
export default createShop(posthog);

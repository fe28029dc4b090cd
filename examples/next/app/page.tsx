import { next } from "../lib/posthog";
import { placeOrder } from "./actions";

export default async function Page() {
  const hog = await next.getPostHog();
  const flags = await hog.evaluateFlags();
  hog.capture({ event: "shop viewed", flags });
  const isNew = flags.isEnabled("new-navigation");
  return (
    <main>
      <nav>{isNew ? "new" : "classic"}</nav>
      <form action={placeOrder}>
        <input name="item" defaultValue="lamp" />
        <button type="submit">Order</button>
      </form>
    </main>
  );
}

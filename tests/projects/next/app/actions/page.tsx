import { notFound, redirect } from "next/navigation";
import { next } from "../../lib/posthog";

async function order(form: FormData): Promise<void> {
  "use server";
  const hog = await next.getPostHog();
  hog.capture({ event: "order placed" });
  const kind = form.get("kind");
  if (kind === "error") throw new Error("action boom");
  if (kind === "redirect") redirect("/flags");
  if (kind === "missing") notFound();
}

export default function Page() {
  return (
    <form action={order}>
      <input name="kind" defaultValue="" />
      <button type="submit">Order</button>
    </form>
  );
}

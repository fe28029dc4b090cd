"use server";

import { redirect } from "next/navigation";
import { next } from "../lib/posthog";

export async function placeOrder(form: FormData): Promise<void> {
  const hog = await next.getPostHog();
  const item = form.get("item");
  // Captured once, by onRequestError of instrumentation.ts.
  if (item !== "lamp") throw new Error("Nobody sells this");
  hog.capture({ event: "order placed", properties: { item } });
  redirect("/"); // no exception in PostHog
}

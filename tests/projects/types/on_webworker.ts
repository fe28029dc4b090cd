/** A service worker's event, which has the request and keeps the worker. */
import { PostHog } from "edgehog";

const posthog = new PostHog("phc_x");

export function respond(event: FetchEvent): void {
  const hog = posthog.forRequest(event.request, event, { distinctId: "u" });
  hog.capture({ event: "paid" });
  // @ts-expect-error an event's name is text
  hog.capture({ event });
  event.respondWith(new Response("ok"));
}

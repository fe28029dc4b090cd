import type { Event, EventHint } from "@sentry/node";
import type { PostHog } from "edgehog";

/** An integration of Sentry's: the errors that Sentry reports are captured too, and name Sentry's event. */
export function posthogIntegration(posthog: PostHog) {
  return {
    name: "PostHog",
    processEvent(event: Event, { originalException }: EventHint): Event {
      if (originalException instanceof Error) {
        posthog.captureException(originalException, {
          distinctId: event.user?.id,
          level: event.level,
          properties: { $sentry_event_id: event.event_id },
        });
      }
      return event;
    },
  };
}

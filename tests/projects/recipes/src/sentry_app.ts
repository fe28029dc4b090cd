/** Reports an error to a Sentry that takes nothing. */
import * as Sentry from "@sentry/node";
import { posthog } from "./posthog.js";
import { posthogIntegration } from "./sentry.js";

Sentry.init({
  dsn: "https://key@sentry.invalid/1",
  integrations: [posthogIntegration(posthog)],
  beforeSend: () => null,
});
Sentry.setUser({ id: "user-1" });
const id = Sentry.captureException(new RangeError("declined"));
Sentry.captureMessage("no error");
await Sentry.flush(); // its integrations hear of events a moment later
await posthog.shutdown();
console.log(id);

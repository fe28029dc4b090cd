/** Where the libs know `await using`, a client can be closed by it. */
import { PostHog } from "edgehog";

export async function run(): Promise<void> {
  await using posthog = new PostHog("phc_x");
  posthog.capture({ distinctId: "u", event: "ran" });
}

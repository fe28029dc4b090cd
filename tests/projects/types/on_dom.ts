/** What has a browser's types: frameworks that render on both sides. */
import { PostHog } from "edgehog";

const posthog = new PostHog("phc_x", { fetch: globalThis.fetch });

export async function render(request: Request): Promise<Response> {
  const hog = posthog.forRequest(request, undefined, { distinctId: "u" });
  const flags = await hog.evaluateFlags();
  hog.capture({ event: "paid", flags });
  // @ts-expect-error the answer of flags is a boolean
  const text: string = flags.isEnabled("a");
  return new Response(text);
}

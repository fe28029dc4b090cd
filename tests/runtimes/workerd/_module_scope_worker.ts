// The order matters: the spy is in place before the library is evaluated.
import { countClockReads } from "./_clock_spy.ts";
import { PostHog } from "edgehog";

/** What workerd refuses at module scope, tried here so that the test below would notice if it did not. */
const refused = [
  () => crypto.getRandomValues(new Uint8Array(1)),
  () => setTimeout(() => {}, 1),
  () => fetch("http://127.0.0.1/"),
].map((act) => {
  try {
    const started: unknown = act();
    // A fetch is refused through its promise.
    return started instanceof Promise
      ? started.then(() => false, () => true)
      : false;
  } catch {
    return true;
  }
});

const errors: string[] = [];
const posthog = new PostHog("phc_x", {
  host: "https://eu.i.posthog.com",
  personalApiKey: "phx_1",
  flushAt: 1,
  onError: (error) => errors.push(error.message),
});
const scope = posthog.forRequest(new Request("https://shop.example/"));
const warnings: string[] = [];
posthog.on("warning", (message) => warnings.push(message));
const uuids = [
  posthog.captureException(new Error("early"), "user-1"),
  scope.captureException("early"),
];
const immediate = posthog.captureExceptionImmediate(new Error("early"));
const queued = posthog.queueSize;
const clockReads = countClockReads();

async function respond(): Promise<Response> {
  return Response.json({
    refused: await Promise.all(refused),
    clockReads,
    readsAfterDateNow: Date.now() > 0 && countClockReads() - clockReads,
    errors,
    uuids: [...uuids, await immediate].map((uuid) => uuid ?? "none"),
    warnings: warnings.length,
    queued,
    isDisabled: posthog.isDisabled,
    hasScope: scope.distinctId === undefined,
  });
}

export default { fetch: (): Promise<Response> => respond() };

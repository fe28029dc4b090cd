import { PostHog } from "edgehog";
import { createPostHogEmulator } from "edgehog/dev";

const PERSON = { distinctId: "user-1" };
const EVENT = { ...PERSON, event: "paid" };
const AI_EVENT = { ...PERSON, event: "$ai_span" };
const GROUP = { groupType: "company", groupKey: "acme" };
const SET = { ...PERSON, properties: { plan: "pro" } };

/** Every verb that needs what a Worker's global scope refuses: random bytes, a request or a timer. */
const CALLS: Readonly<Record<string, (posthog: PostHog) => unknown>> = {
  capture: (posthog) => posthog.capture(EVENT),
  captureImmediate: (posthog) => posthog.captureImmediate(EVENT),
  captureAi: (posthog) => posthog.captureAi(AI_EVENT),
  captureAiImmediate: (posthog) => posthog.captureAiImmediate(AI_EVENT),
  identify: (posthog) => posthog.identify(SET),
  identifyImmediate: (posthog) => posthog.identifyImmediate(SET),
  alias: (posthog) => posthog.alias({ ...PERSON, alias: "v" }),
  groupIdentify: (posthog) => posthog.groupIdentify(GROUP),
  groupIdentifyImmediate: (posthog) => posthog.groupIdentifyImmediate(GROUP),
  setPersonProperties: (posthog) => posthog.setPersonProperties(SET),
  unsetPersonProperties: (posthog) =>
    posthog.unsetPersonProperties({ ...PERSON, properties: "plan" }),
  captureException: (posthog) => posthog.captureException(new Error("x"), "u"),
  captureExceptionImmediate: (posthog) =>
    posthog.captureExceptionImmediate(new Error("x"), "u"),
  "a scope's capture": (posthog) => posthog.forRequest().capture(EVENT),
  "a scope's captureException": (posthog) =>
    posthog.forRequest().captureException(new Error("x")),
  evaluateFlags: (posthog) => posthog.evaluateFlags("u"),
  isFeatureEnabled: (posthog) => posthog.isFeatureEnabled("f", "u"),
  getFeatureFlag: (posthog) => posthog.getFeatureFlag("f", "u"),
  getFeatureFlagResult: (posthog) => posthog.getFeatureFlagResult("f", "u"),
  getFeatureFlagPayload: (posthog) => posthog.getFeatureFlagPayload("f", "u"),
  getAllFlags: (posthog) => posthog.getAllFlags("u"),
  getAllFlagsAndPayloads: (posthog) => posthog.getAllFlagsAndPayloads("u"),
  getRemoteConfigPayload: (posthog) => posthog.getRemoteConfigPayload("f"),
  reloadFeatureFlags: (posthog) => posthog.reloadFeatureFlags(),
  waitForLocalEvaluationReady: (posthog) =>
    posthog.waitForLocalEvaluationReady(50),
  shutdown: (posthog) => posthog.shutdown(),
};

let drops = 0;
const calls = Object.entries(CALLS).map(([verb, call]) => {
  const told: string[] = [];
  const tell = (message: string) => void told.push(message);
  const posthog = new PostHog("phc_x", {
    personalApiKey: "phx_1",
    disableSingletonWarning: true,
    logger: { debug: tell, info: tell, warn: tell, error: tell },
  });
  posthog.on("drop", () => drops++);
  return { verb, told, answer: call(posthog) };
});

const emulator = createPostHogEmulator();
const later = new PostHog("phc_x", {
  fetch: emulator.fetch,
  disableSingletonWarning: true,
  logger: { debug() {}, info() {}, warn() {}, error() {} },
});
later.capture(EVENT);

/** Answers that a caller waits for. */
const ANSWERS =
  /^(capture.*Immediate|evaluateFlags|getFeatureFlag|getAllFlags|wait.*)$/;

async function respond(): Promise<Response> {
  const answers: Record<string, string> = {};
  for (const { verb, answer } of calls) {
    const text = String(JSON.stringify(await answer));
    if (ANSWERS.test(verb) && verb !== "captureAiImmediate") {
      answers[verb] = text;
    }
  }
  later.capture(EVENT);
  later.captureException(new Error("x"), "u");
  await later.flush();
  return Response.json({
    told: Object.fromEntries(calls.map(({ verb, told }) => [verb, told])),
    answers,
    drops,
    events: emulator.events.map(({ event }) => event),
  });
}

export default { fetch: (): Promise<Response> => respond() };

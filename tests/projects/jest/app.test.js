const { isEdgehogError, PostHog } = require("edgehog");
const { createClient } = require("edgehog/client");
const { featureFlags } = require("edgehog/feature-flags");
const { assertCaptured, createTestClient } = require("edgehog/testing");

test("a client of the package captures in a CommonJS project", async () => {
  const { posthog, emulator } = createTestClient({ flags: { nav: true } });
  expect(posthog).toBeInstanceOf(PostHog);
  const flags = await posthog.evaluateFlags("u");
  expect(flags.isEnabled("nav")).toBe(true);
  posthog.capture({ distinctId: "u", event: "paid", flags });
  await posthog.flush();
  assertCaptured(emulator.events, { event: "paid" });
});

test("a client can be put together and doubled", () => {
  const posthog = createClient("phc_x", { use: [featureFlags()] });
  const capture = jest.spyOn(posthog, "capture").mockReturnValue("id");
  expect(posthog.capture({ event: "paid" })).toBe("id");
  expect(capture).toHaveBeenCalledTimes(1);
});

test("a refused option is an error of the package", () => {
  const errors = [];
  new PostHog("phc_x", { flushAt: 0, onError: (error) => errors.push(error) });
  expect(errors.map(isEdgehogError)).toEqual([true]);
});

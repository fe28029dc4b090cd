const { fromEnv, PostHog } = require("edgehog");

const { apiKey, ...options } = fromEnv(process.env);
const posthog = new PostHog(apiKey, options);

/** @param {readonly string[]} customers */
async function remind(customers) {
  for (const distinctId of customers) {
    const flags = await posthog.evaluateFlags(distinctId);
    const template = flags.getFlag("reminder") ?? "plain";
    posthog.capture({
      distinctId,
      event: "reminder sent",
      properties: { template },
      flags,
    });
  }
}

remind(process.argv.slice(2)).catch((error) => {
  process.exitCode = 1;
  posthog.captureException(error);
}).finally(() => posthog.shutdown()); // sends what is queued; then the process ends by itself

import process from "node:process";
import { fromEnv, PostHog } from "edgehog";

const { apiKey, ...options } = fromEnv(process.env);

export const posthog = new PostHog(apiKey, options);

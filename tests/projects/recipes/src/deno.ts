import { fromEnv, PostHog } from "edgehog";

const { apiKey, ...options } = fromEnv(Deno.env.toObject());
const posthog = new PostHog(apiKey, options);

async function endWith(error: unknown, { type }: Event): Promise<void> {
  console.error(error);
  const mechanism = { type, handled: false };
  posthog.captureException(error, { level: "fatal", mechanism });
  await posthog.shutdown(2000);
  Deno.exit(1);
}

addEventListener("error", (event) => {
  event.preventDefault();
  endWith(event.error, event);
});
addEventListener("unhandledrejection", (event) => {
  event.preventDefault();
  endWith(event.reason, event);
});

// Fails where nobody catches it: `deno.ts throw` or `deno.ts reject`.
setTimeout(() => {
  if (Deno.args[0] === "throw") throw new RangeError("throw");
  void Promise.reject(new RangeError("reject"));
});

import process from "node:process";
import { posthog } from "./posthog.js";

function endWith(error: unknown, type: string): void {
  console.error(error);
  const mechanism = { type, handled: false };
  posthog.captureException(error, { level: "fatal", mechanism });
  posthog.shutdown(2000).finally(() => process.exit(1));
}

process.on("uncaughtException", endWith);
process.on("unhandledRejection", (reason) => {
  endWith(reason, "unhandledRejection");
});

import type { Instrumentation } from "next";
import { next } from "./lib/posthog";

export const onRequestError: Instrumentation.onRequestError =
  next.onRequestError;

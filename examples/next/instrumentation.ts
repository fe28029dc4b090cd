import { next } from "./lib/posthog";

/** Captures what Next.js could not complete, such as a page or an action that throws. */
export const onRequestError = next.onRequestError;

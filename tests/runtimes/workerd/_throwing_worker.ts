/** Answers with the exception that it has captured. */
import { createTestClient } from "edgehog/testing";

export default {
  fetch(): Response {
    const { posthog, exceptions } = createTestClient();
    try {
      throw new RangeError("no stock");
    } catch (error) {
      posthog.captureException(error);
    }
    return Response.json(exceptions[0]?.event.properties);
  },
};

import { guardMethods } from "./boundary.ts";
import { createFlush } from "./flush.ts";
import type { Parts } from "./parts.ts";
import type { PostHogClient } from "./posthog_client.ts";
import { createRequestScope } from "./scope.ts";
import { createShutdown } from "./shutdown.ts";

/** What the client takes arguments for beside the verbs that it shares with scopes. */
export type ClientMethods = Pick<
  PostHogClient,
  | "forRequest"
  | "flush"
  | "shutdown"
  | "register"
  | "unregister"
  | "setBeforeSend"
  | "overrideFeatureFlags"
  | "on"
>;

/** Creates the client's own methods, behind the boundary. */
export function createClientMethods(parts: Parts): ClientMethods {
  const { settings, reporter, queue, flags } = parts;
  return guardMethods<ClientMethods>(
    {
      forRequest: (request, ctx, init) =>
        createRequestScope(parts, request, ctx, init),
      flush: createFlush(parts, queue),
      shutdown: createShutdown(parts),
      register: settings.register,
      unregister: settings.unregister,
      setBeforeSend: settings.setBeforeSend,
      overrideFeatureFlags: flags.overrideFeatureFlags,
      on(name, listener) {
        if (typeof listener === "function") return reporter.on(name, listener);
        reporter.warn("Cannot listen: expected a function");
        return () => {};
      },
    },
    reporter,
    {
      forRequest: () => createRequestScope(parts),
      flush: () => ({ delivered: 0, dropped: 0, retained: 0 }),
      on: () => () => {},
    },
  );
}

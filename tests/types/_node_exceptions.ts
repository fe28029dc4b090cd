/**
 * What posthog-node's documentation has and edgehog has not, with what stands in its place. The guide
 * `docs/migrating-from-posthog-node.md` has the same lines.
 */
export const MISSING_MEMBERS = {
  options: "the options are the application's",
  distinctIdHasSentFlagCalls:
    "internal: `maxCacheSize` bounds what is remembered",
  getPersistedProperty: "nothing is stored: keep it in your own store",
  setPersistedProperty: "nothing is stored: keep it in your own store",
  fetch: "the option `fetch`",
  metrics: "OpenTelemetry",
  captureLog: "OpenTelemetry",
  logger: "OpenTelemetry",
  emails: "PostHog's API",
  startSpan: "OpenTelemetry",
  withSpan: "OpenTelemetry",
  getActiveSpan: "OpenTelemetry",
  enterContext: "the scope of `forRequest`",
  projectToken: "keep the key that you pass",
  apiKey: "keep the key that you pass",
  host: "keep the host that you pass",
  flushAt: "events leave at once, unless `flushAt` or `flushInterval` is given",
  preloadFeatureFlags: "definitions load at first use",
  disableSurveys: "there are none",
  isDebug: "keep what you pass to `debug`",
  getErrorPropertiesBuilder: "`captureException`",
  getSurveysStateless: "PostHog's API",
} as const;

/** Exports, likewise. */
export const MISSING_EXPORTS = {
  enrichCurrentSpan: "OpenTelemetry",
  EmailError: "PostHog's API",
  cookieStateToProperties:
    "`forRequest(request, ctx, { readPostHogCookie: true })`",
  cookieStoreFromHeader:
    "`forRequest(request, ctx, { readPostHogCookie: true })`",
  getPostHogCookieName:
    "`forRequest(request, ctx, { readPostHogCookie: true })`",
  parsePostHogCookie: "`forRequest(request, ctx, { readPostHogCookie: true })`",
  readPostHogCookie: "`forRequest(request, ctx, { readPostHogCookie: true })`",
  serializePostHogCookie: "posthog-js writes it",
  createEventProcessor: "[an integration](recipes.md#sentry)",
  sentryIntegration: "[an integration](recipes.md#sentry)",
  PostHogSentryIntegration: "[an integration](recipes.md#sentry)",
  setupExpressRequestContext:
    "`edgehog/express`; the scope is `res.locals.posthog`, and `init` tells the address",
  setupExpressErrorHandler:
    "`edgehog/express`; the scope is `res.locals.posthog`, and `init` tells the address",
  instrumentRequest: "`withPostHog`",
  posthogHonoMiddleware: "`edgehog/hono`; the scope is `c.var.posthog`",
  HTTP_SERVER_REQUEST_DURATION_METRIC: "OpenTelemetry",
  HTTP_SERVER_REQUEST_COUNT_METRIC: "OpenTelemetry",
} as const;

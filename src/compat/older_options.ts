import type { FeatureMaker } from "../client/host.ts";

/** Options of other SDKs without a meaning here: the name, the value that is our behaviour, and what to do. */
const INERT = `
preloadFeatureFlags false definitions load at first use
persistence memory nothing is stored
enableExceptionAutocapture false use 'withPostHog' or 'captureException'
bootstrap . use 'flagDefinitionCache' or 'overrideFeatureFlags'
readPostHogCookie false pass it to 'forRequest'
waitUntilDebounceMs . events leave at once
waitUntilMaxWaitMs . events leave at once
disableRemoteFeatureFlags false use 'strictLocalEvaluation'
remoteConfigRequestTimeoutMs . use 'requestTimeout'
personProfiles always set '$process_person_profile' on events
addTracingHeaders . use 'wrapFetch'
custom_blocked_useragents . use 'beforeSend'
customBlockedUseragents . use 'beforeSend'
__preview_capture_bot_pageviews false use 'beforeSend'
disable_capture_url_hashes false use 'beforeSend'
disableCaptureUrlHashes false use 'beforeSend'
disableSurveys true there are none
disableRemoteConfig true there is none
sessionExpirationTimeSeconds . set 'sessionId'
metrics . use OpenTelemetry
logs . use OpenTelemetry
traces . use OpenTelemetry
appHost . there are no emails
emailRequestTimeoutMs . there are no emails
emailRequestMaxRetries . there are no emails
migratedFrom . there are no emails
skip_ssl_verification false pass a 'fetch' of your own`;

/** What other SDKs' options mean here, where they mean nothing: told once, instead of refused. */
export function olderOptions(): FeatureMaker {
  return {
    name: "olderOptions",
    verbs: [],
    check(read) {
      const ignored = read.listOthers().flatMap((given) => {
        const [name, ours, ...remedy] = INERT.split("\n")
          .map((line) => line.split(" ")).find(([name]) => name === given) ??
          [];
        if (!name) return [];
        // Whatever it is, it is not refused.
        const [value] = read.list(name, "", () => true, (value) => [value]) ??
          [];
        const isOurs = value === undefined || typeof value !== "object" &&
            String(value) === ours;
        return isOurs ? [] : [`'${name}' (${remedy.join(" ")})`];
      });
      if (ignored.length > 0) {
        read.notes.push(`Options without effect here: ${ignored.join(", ")}`);
      }
    },
    make: () => ({ verbs: {} }),
  };
}

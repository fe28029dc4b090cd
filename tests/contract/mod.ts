import type { ContractLibrary, ContractRunner } from "./_runner.ts";
import { aiLane } from "./ai_lane.ts";
import { ambient } from "./ambient.ts";
import { captureV1 } from "./capture_v1.ts";
import { compose, prefix } from "./_composed.ts";
import { closing } from "./closing.ts";
import { compositions } from "./compositions.ts";
import { contexts } from "./contexts.ts";
import { definitionRefresh } from "./definition_refresh.ts";
import { delivery } from "./delivery.ts";
import { doubles } from "./doubles.ts";
import { errors } from "./errors.ts";
import { events } from "./events.ts";
import { featureflip } from "./featureflip.ts";
import { flagOverrides, singleFlagMethods } from "./flag_methods.ts";
import { flags } from "./flags.ts";
import { flushes } from "./flushes.ts";
import { gates } from "./gates.ts";
import { hooks } from "./hooks.ts";
import { hostile } from "./hostile.ts";
import { detachedClientMethods, objects } from "./objects.ts";
import { observing } from "./observing.ts";
import { openFeature } from "./openfeature.ts";
import { oneLoad } from "./one_load.ts";
import { oneStore } from "./one_store.ts";
import { outages } from "./outages.ts";
import { outgoing } from "./outgoing.ts";
import { personEvents } from "./person_events.ts";
import { printing } from "./printing.ts";
import { properties } from "./properties.ts";
import { requests } from "./requests.ts";
import { scopes } from "./scopes.ts";
import { sending } from "./sending.ts";

/** What edgehog promises on every runtime; each capability has a file of its own. */
export function contract(t: ContractRunner, lib: ContractLibrary): void {
  kernel(t, lib);
  features(t, lib);
  singleFlagMethods(t, lib);
  openFeature(t, lib);
  doubles(t, lib);
  compositions(t, lib);
  featureflip(t, lib);

  const everything = compose(lib, (parts) => [
    parts.featureFlags.featureFlags({
      local: parts.localEvaluation.localEvaluation({
        regex: parts.localEvaluation.regexOperators(),
      }),
    }),
    parts.errorTracking.errorTracking(),
  ], ["personalApiKey", "hasher"]);
  const named = prefix(t, "createClient with every feature: ");
  kernel(named, everything);
  features(named, everything);
}

/** What needs no feature, though some of it looks at how features go along with it. */
function kernel(t: ContractRunner, lib: ContractLibrary): void {
  ambient(t, lib);
  events(t, lib);
  properties(t, lib);
  personEvents(t, lib);
  hooks(t, lib);
  delivery(t, lib);
  captureV1(t, lib);
  aiLane(t, lib);
  requests(t, lib);
  outages(t, lib);
  flushes(t, lib);
  sending(t, lib);
  oneStore(t, lib);
  scopes(t, lib);
  contexts(t, lib);
  outgoing(t, lib);
  closing(t, lib);
  gates(t, lib);
  observing(t, lib);
}

/** What features do, and what is asked of clients that have them all. */
function features(t: ContractRunner, lib: ContractLibrary): void {
  errors(t, lib);
  flags(t, lib);
  oneLoad(t, lib);
  flagOverrides(t, lib);
  definitionRefresh(t, lib);
  hostile(t, lib);
  objects(t, lib);
  detachedClientMethods(t, lib);
  printing(t, lib);
}

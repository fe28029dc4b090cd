import type { ContractLibrary, ContractRunner } from "./_runner.ts";
import { aiLane } from "./ai_lane.ts";
import { captureV1 } from "./capture_v1.ts";
import { closing } from "./closing.ts";
import { contexts } from "./contexts.ts";
import { definitionRefresh } from "./definition_refresh.ts";
import { delivery } from "./delivery.ts";
import { errors } from "./errors.ts";
import { events } from "./events.ts";
import { flagMethods } from "./flag_methods.ts";
import { flags } from "./flags.ts";
import { flushes } from "./flushes.ts";
import { gates } from "./gates.ts";
import { hooks } from "./hooks.ts";
import { hostile } from "./hostile.ts";
import { observing } from "./observing.ts";
import { outages } from "./outages.ts";
import { outgoing } from "./outgoing.ts";
import { personEvents } from "./person_events.ts";
import { properties } from "./properties.ts";
import { requests } from "./requests.ts";
import { scopes } from "./scopes.ts";

/** What edgehog promises on every runtime; each capability has a file of its own. */
export function contract(t: ContractRunner, lib: ContractLibrary): void {
  events(t, lib);
  properties(t, lib);
  personEvents(t, lib);
  errors(t, lib);
  hooks(t, lib);
  delivery(t, lib);
  captureV1(t, lib);
  aiLane(t, lib);
  requests(t, lib);
  outages(t, lib);
  flushes(t, lib);
  scopes(t, lib);
  contexts(t, lib);
  outgoing(t, lib);
  flags(t, lib);
  flagMethods(t, lib);
  definitionRefresh(t, lib);
  closing(t, lib);
  gates(t, lib);
  observing(t, lib);
  hostile(t, lib);
}

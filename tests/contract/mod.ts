import type { ContractLibrary, ContractRunner } from "./_runner.ts";
import { delivery } from "./delivery.ts";
import { flags } from "./flags.ts";
import { gates } from "./gates.ts";
import { hostile } from "./hostile.ts";
import { scopes } from "./scopes.ts";

/** What edgehog promises on every runtime; each capability has a file of its own. */
export function contract(t: ContractRunner, lib: ContractLibrary): void {
  delivery(t, lib);
  scopes(t, lib);
  flags(t, lib);
  gates(t, lib);
  hostile(t, lib);
}

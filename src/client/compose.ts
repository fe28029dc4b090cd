import { KernelCaller, type ScopeClass } from "./caller.ts";
import type { FeatureMaker } from "./host.ts";
import type { Kernel } from "./kernel.ts";
import {
  CLIENT_READS,
  CLIENT_VERBS,
  SCOPE_READS,
  SCOPE_VERBS,
} from "./kernel_verbs.ts";
import { defineRead, defineVerb, VerbHolder } from "./verbs.ts";

/** Makes a client of its kernel. */
export type ClientClass = new (kernel: Kernel, Scope?: ScopeClass) => object;

type VerbNames = Pick<FeatureMaker, "verbs" | "clientVerbs">;

/** A client and its scopes without any feature: the kernel's verbs. */
const BareScope: ScopeClass = /* @__PURE__ */ define(
  class RequestScope extends VerbHolder {},
  SCOPE_VERBS,
  SCOPE_READS,
);
const BareClient: ClientClass = /* @__PURE__ */ define(
  class Client extends VerbHolder {
    constructor(kernel: Kernel, Scope: ScopeClass = BareScope) {
      super(new KernelCaller(kernel, Scope, kernel.options));
    }
  },
  CLIENT_VERBS,
  CLIENT_READS,
);

/**
 * Makes the class of clients that have the verbs of these features. Each list of features has its own, and one for its
 * scopes, so that no client has a verb of another's features. Nobody takes the name of a verb of the kernel.
 */
export function compose(features: readonly VerbNames[]): ClientClass {
  if (!features.length) return BareClient;
  class RequestScope extends BareScope {}
  class Client extends BareClient {
    constructor(kernel: Kernel) {
      super(kernel, RequestScope);
    }
  }
  for (const { verbs, clientVerbs } of features) {
    addVerbs(RequestScope.prototype, verbs);
    addVerbs(Client.prototype, [...verbs, ...clientVerbs ?? []]);
  }
  return Client;
}

function addVerbs(prototype: object, names: readonly PropertyKey[]): void {
  for (const name of names) {
    if (!(name in prototype)) defineVerb(prototype, name);
  }
}

function define<Class extends { readonly prototype: object }>(
  Class: Class,
  verbs: typeof CLIENT_VERBS,
  reads: typeof CLIENT_READS,
): Class {
  for (const name of Reflect.ownKeys(verbs)) {
    defineVerb(Class.prototype, name, verbs[name]);
  }
  for (const name of Object.keys(reads)) {
    defineRead(Class.prototype, name, reads[name]);
  }
  return Class;
}

import { CallbackError } from "../core/errors.ts";
import { warnOfGlobalScope } from "../core/global_scope.ts";
import {
  attempt,
  defineOwn,
  isObject,
  isReadable,
  isThenable,
} from "../core/guards.ts";
import { EVENT_VERBS } from "../events/verbs.ts";
import type { KernelCaller } from "./caller.ts";
import {
  KERNEL_NEUTRAL,
  type KernelVerb,
  openChildScope,
} from "./kernel_verbs.ts";

/** A verb as applications call it. */
type BoundVerb = (...args: never[]) => unknown;

let callerOf: (holder: unknown) => KernelCaller | undefined;
let bind: (
  holder: unknown,
  name: PropertyKey,
  verb: KernelVerb | undefined,
) => BoundVerb | undefined;

/**
 * What clients and scopes are: an object in front of a caller that nobody else can see. Its verbs stand on the prototype,
 * and are bound when they are first read.
 */
export class VerbHolder {
  static {
    callerOf = (holder) =>
      isObject(holder) && #caller in holder ? holder.#caller : undefined;
    bind = (holder, name, verb) => {
      const caller = callerOf(holder);
      // The caller is there, so the holder is one of these.
      return caller &&
        ((holder as VerbHolder).#bound[name] ??= verb === openChildScope
          ? createWithContext(caller, name, verb)
          : createEntry(caller, name, verb));
    };
  }

  readonly #caller: KernelCaller;
  /** Kept apart from the object's own members: what a test puts on the prototype later still counts. */
  readonly #bound: Partial<Record<PropertyKey, BoundVerb>> = {};

  /** Creates the object in front of a caller. */
  constructor(caller: KernelCaller) {
    this.#caller = caller;
  }
}

/** Puts a verb on a prototype; one that is not given is looked for among the features when it is called. */
export function defineVerb(
  prototype: object,
  name: PropertyKey,
  verb?: KernelVerb,
): void {
  /** What the prototype itself answers, such as to a test that spies on it. */
  const unbound = function (this: unknown, ...args: never[]): unknown {
    const bound = bind(this, name, verb);
    return bound ? bound(...args) : refuse(name);
  };
  Object.defineProperty(prototype, name, {
    configurable: true,
    get(this: unknown) {
      return bind(this, name, verb) ?? unbound;
    },
    // A test double, or an override: on this object, like any other property.
    set(this: object, value: unknown) {
      defineOwn(this, name, value);
    },
  });
}

/** Puts what can be read on a prototype. */
export function defineRead(
  prototype: object,
  name: PropertyKey,
  read: ((caller: KernelCaller) => unknown) | undefined,
): void {
  Object.defineProperty(prototype, name, {
    configurable: true,
    get(this: unknown) {
      const caller = callerOf(this);
      return caller ? read?.(caller) : refuse(name);
    },
  });
}

/** Somebody's proxy, or an object that inherits from a client: there is nothing behind it that could answer. */
function refuse(name: PropertyKey): never {
  throw new TypeError(
    `Illegal invocation: '${String(name)}' of what is no client or scope`,
  );
}

/**
 * The function that the application calls, and the boundary: nothing that a verb throws or rejects with reaches the application.
 * What comes this far is a hostile argument (a getter that throws, a revoked proxy), a seam that fails or a bug: it is
 * reported, and the verb answers neutrally.
 *
 * It calls the verb itself, and not in the place of a tail call, so that exactly this one frame stands between the
 * application and the verb.
 */
function createEntry(
  caller: KernelCaller,
  name: PropertyKey,
  given: KernelVerb | undefined,
): BoundVerb {
  // Called by its own name, which is how one engine finds it in a stack.
  const named: Record<PropertyKey, BoundVerb> = {
    [name]: (...args: never[]): unknown => {
      try {
        const verb = given ??
          caller.kernel.features.findByVerb(name)?.verbs[name];
        const current = findCurrent(caller);
        // Last: making a feature may call back.
        current.entry = entry;
        const result = verb?.(current, ...args);
        return isThenable(result)
          ? result.then(undefined, (cause) => fail(caller, name, cause, args))
          : result;
      } catch (cause) {
        return fail(caller, name, cause, args);
      }
    },
  };
  const entry = named[name];
  return entry as BoundVerb;
}

/** Who acts when a client is called: the scope at hand, where the application keeps one and it is this client's. */
function findCurrent(caller: KernelCaller): KernelCaller {
  const { kernel, isScope } = caller;
  const { contextStorage } = kernel.options;
  if (!contextStorage || isScope) return caller;
  const current = callerOf(attempt(() => contextStorage.getStore()));
  return current?.kernel === kernel ? current : caller;
}

/** Runs work of the application's with its scope at hand, where the application keeps one (`contextStorage`). */
export function runInScope<T>(scope: unknown, work: () => T): T {
  const storage = callerOf(scope)?.kernel.options.contextStorage;
  return storage ? storage.run(scope, work) : work();
}

/** Outside of the boundary: what the application's function throws is the application's. */
function createWithContext(
  caller: KernelCaller,
  name: PropertyKey,
  verb: KernelVerb,
): BoundVerb {
  const openScope = createEntry(caller, name, verb);
  return (data: never, fn: (scope: unknown) => unknown, options: never) => {
    const scope = openScope(data, options);
    if (typeof fn === "function") return runInScope(scope, () => fn(scope));
    caller.reporter.warn("Cannot complete 'withContext': expected a function");
    return undefined;
  };
}

/** Reports a verb that failed, and gives its neutral answer. */
function fail(
  caller: KernelCaller,
  name: PropertyKey,
  cause: unknown,
  args: readonly unknown[],
): unknown {
  const { kernel, reporter } = caller;
  const text = String(name);
  if (warnOfGlobalScope(reporter, cause)) {
    // Features tell of theirs.
    if (name in EVENT_VERBS) reporter.drop({ reason: "gate" });
  } else {
    const reason = cause instanceof CallbackError
      ? cause.message
      : args.every(isReadable)
      ? `unexpected failure in ${text}()`
      : "an argument could not be read";
    const message = `Cannot complete '${text}': ${reason}`;
    reporter.tell(new CallbackError(message, text, cause), "error");
  }
  const neutral = KERNEL_NEUTRAL[name] ??
    kernel.features.findByVerb(name)?.neutral?.[name];
  return neutral?.(caller);
}

/** What a feature adds to the types of a client. */
export interface FeatureTypes {
  /** Its verbs on the client and on scopes. */
  readonly verbs: object;
  /** Its verbs on the client alone. */
  readonly clientVerbs: object;
  /** The options that it takes among the client's. */
  readonly options: object;
}

/** A part of the library that an application adds to the kernel: what `featureFlags()` and its like give. */
export interface Feature {
  /** Its name in messages; a client takes one feature of a name. */
  readonly name: string;
  /** The names of the verbs that it gives to the client and to scopes. */
  readonly verbs: readonly PropertyKey[];
  /** What a client gains by it, for its types; there is no such member when the code runs. */
  readonly "~types"?: FeatureTypes;
}

import {
  createHarness,
  type Harness,
  type HarnessOptions,
  remoteOf,
} from "./_helpers.ts";

/** A record of version 4. */
export type TypedRecord = Record<string, unknown>;

const ANSWER = `{ "flags": {
   "new-nav":  { "key":"new-nav","value":true,"reason":{"code":"condition_match","condition_index":0,"description":"Matched condition set 1"},
                 "metadata":{"id":11,"version":4,"config_version":1,"description":null,"payload":"{\\"color\\":\\"teal\\"}","has_experiment":false} },
   "checkout": { "key":"checkout","value":"fast","reason":{"code":"experiment_split","condition_index":null},
                 "metadata":{"id":12,"version":2,"config_version":2,"description":null,"payload":null,"has_experiment":true,
                             "rule_type":"experiment","rule_id":"0199c3aa-0000-7000-8000-00000000000a","variant_key":"test","experiment_id":31} },
   "limit":    { "key":"limit","value":40,"reason":{"code":"targeting_match","condition_index":null},
                 "metadata":{"id":13,"version":1,"config_version":2,"payload":null,"has_experiment":false,
                             "rule_type":"percentage_rollout","rule_id":"0199c3aa-0000-7000-8000-00000000000b"} },
   "broken":   { "key":"broken","value":null,"failed":true,"reason":{"code":"error","condition_index":null},"metadata":{"id":14,"version":1,"config_version":2} } },
  "errorsWhileComputingFlags": true, "requestId": "r-1", "evaluatedAt": 1795564800000, "minimalFlagCalledEvents": true }`;

/** The answer of version 4 that shows each kind of record. */
export function readAnswer(): { flags: Record<string, TypedRecord> } {
  return JSON.parse(ANSWER);
}

/** The record of the flag `checkout`, with other members of its own, of its reason and of its metadata. */
export function buildCheckout(
  own: TypedRecord = {},
  reason: TypedRecord = {},
  metadata: TypedRecord = {},
): TypedRecord {
  const record = readAnswer().flags["checkout"];
  return {
    ...record,
    ...own,
    reason: { ...record?.["reason"] as TypedRecord, ...reason },
    metadata: { ...record?.["metadata"] as TypedRecord, ...metadata },
  };
}

/** A client without definitions, which is answered with all that `ANSWER` says, or with these records. */
export function createRemote(
  flags?: Record<string, unknown>,
  options: HarnessOptions = {},
): Harness {
  return createHarness({
    settings: { secretKey: undefined },
    remote: [
      flags ? remoteOf(flags) : { status: 200, body: readAnswer() },
    ],
    ...options,
  });
}

/** The events that were captured: their names and properties. */
export function listEvents(
  { drafts }: Harness,
): (readonly [name: unknown, properties: Record<string, unknown>])[] {
  return drafts.map(({ event, properties }) => [
    event,
    properties as Record<string, unknown>,
  ]);
}

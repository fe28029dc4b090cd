import { assertEquals, assertThrows } from "@std/assert";
import { PostHog } from "edgehog";
import { createClient } from "edgehog/client";
import {
  assertCaptured,
  assertExceptionCaptured,
  assertExposed,
  assertNotCaptured,
  buildFlagDefinitions,
  createTestClient,
  createTestClientBy,
  mockPostHog,
} from "edgehog/testing";

/** What the compiler refuses: tests in JavaScript pass it. */
const SECRET = "secret" as never;
const FIVE = 5 as never;
const NONE = undefined as never;
const NULL = null as never;

const create = (options: object) => () => createTestClient(options);

/** What is called, and what it says of what it got. */
const ROWS: readonly (readonly [
  call: string,
  run: () => unknown,
  message: string,
])[] = [
  [
    "mockPostHog(undefined)",
    () => mockPostHog(NONE),
    "Cannot mock: expected a client of edgehog, outside of any scope, got undefined",
  ],
  [
    "mockPostHog('…')",
    () => mockPostHog(SECRET),
    "Cannot mock: expected a client of edgehog, outside of any scope, got string",
  ],
  [
    "mockPostHog(posthog, 5)",
    () => mockPostHog(new PostHog("phc_x"), FIVE),
    "Cannot use 'mockPostHog': expected options, got number",
  ],
  [
    "createTestClient(null)",
    () => createTestClient(NULL),
    "Cannot use 'createTestClient': expected options, got null",
  ],
  [
    "createTestClientBy(undefined)",
    () => createTestClientBy(NONE),
    "Cannot use 'createTestClientBy': expected a function that makes the client, got undefined",
  ],
  [
    "createTestClientBy(createClient, '…')",
    () => createTestClientBy(createClient, SECRET),
    "Cannot use 'createTestClientBy': expected options, got string",
  ],
  [
    "{ flags: 5 }",
    create({ flags: 5 }),
    "Cannot use 'flags': expected values by key, or a definitions document, got number",
  ],
  [
    "{ flags: null }",
    create({ flags: null }),
    "Cannot use 'flags': expected values by key, or a definitions document, got null",
  ],
  [
    "{ flags: [] }",
    create({ flags: ["secret"] }),
    "Cannot use 'flags': expected values by key, or a definitions document, got array",
  ],
  [
    "buildFlagDefinitions(undefined)",
    () => buildFlagDefinitions(NONE),
    "Cannot use 'flags': expected values by key, or a definitions document, got undefined",
  ],
  [
    "{ flags: { nav: 5 } }",
    create({ flags: { nav: 5 } }),
    "Cannot use the flag 'nav': expected its value to be a boolean or a variant's key, got number",
  ],
  [
    "{ flags: { nav: {} } }",
    create({ flags: { nav: { variant: "secret" } } }),
    "Cannot use the flag 'nav': expected its value to be a boolean or a variant's key, got undefined",
  ],
  [
    "{ payloads: '…' }",
    create({ payloads: SECRET }),
    "Cannot use 'payloads': expected payloads by key, got string",
  ],
  [
    "{ definitions: 5 }",
    create({ definitions: 5 }),
    "Cannot use 'definitions': expected a document with a list of 'flags', got number",
  ],
  [
    "assertCaptured(undefined, …)",
    () => assertCaptured(NONE, "placed"),
    "Cannot look for events: expected a kit, an emulator or a list, got undefined",
  ],
  [
    "assertCaptured(…, 5)",
    () => assertCaptured([], FIVE),
    "Cannot compare: expected an event's name, or what has one, got number",
  ],
  [
    "assertNotCaptured(…, undefined)",
    () => assertNotCaptured([], NONE),
    "Cannot compare: expected an event's name, or what has one, got undefined",
  ],
  [
    "assertExposed(…, undefined)",
    () => assertExposed([], NONE),
    "Cannot compare: expected a 'flag', got undefined",
  ],
  [
    "assertExceptionCaptured(…, null)",
    () => assertExceptionCaptured([], NULL),
    "Cannot compare: expected what an exception must be like, got null",
  ],
];

for (const [call, run, message] of ROWS) {
  Deno.test(`${call} says what was expected and of which type it got something`, () => {
    assertEquals(assertThrows(run, TypeError).message, message);
  });
}

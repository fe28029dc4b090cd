/**
 * What tests of an application that uses edgehog need, on any runtime and without network or waiting: a real
 * client on an emulator, or the application's own (`mockPostHog`), what it captured, assertions that need no test runner, a
 * clock that is moved by hand, repeatable randomness, a fetch that records.
 *
 * @example A test of retries that takes no time
 * ```ts
 * import { createTestClient } from "edgehog/testing";
 * import { assertEquals } from "@std/assert";
 *
 * const { posthog, emulator, clock } = createTestClient();
 * emulator.failNext({ status: 503, times: 2 });
 * posthog.capture({ distinctId: "user-1", event: "order placed" });
 * const flushed = posthog.flush();
 * await clock.advance(10_000);
 * assertEquals(await flushed, { delivered: 1, dropped: 0, retained: 0 });
 * assertEquals(emulator.requests.map(({ status }) => status), [503, 503, 200]);
 * ```
 *
 * @module
 */
export * from "../dev/mod.ts";
export type { PostHog } from "../posthog/posthog.ts";
export type { AnyEdgehogError } from "../core/errors.ts";
export type { Logger, LogLevel } from "../core/logger.ts";
export type { MaybePromise } from "../core/platform.ts";
export type { PostHogOptions } from "../posthog/types.ts";
export {
  assertCaptured,
  type AssertedEvent,
  assertExceptionCaptured,
  assertExposed,
  assertNotCaptured,
  type EventSource,
  type ExpectedEvent,
  type ExpectedException,
  type ExpectedExposure,
} from "./assert_captured.ts";
export type {
  Captured,
  TestEvent,
  TestException,
  TestExposure,
} from "./captured.ts";
export { createFakeClock, type FakeClock } from "./fake_clock.ts";
export { type MockedPostHog, mockPostHog } from "./mock_posthog.ts";
export {
  createRecordingFetch,
  type RecordingFetch,
  type RecordingHandler,
} from "./recording_fetch.ts";
export {
  createRecordingLogger,
  type LogEntry,
  type RecordingLogger,
} from "./recording_logger.ts";
export { createSeededRandom } from "./seeded_random.ts";
export {
  buildFlagDefinitions,
  type SimpleFlag,
  type SimpleFlags,
  type SimpleFlagWithPayload,
  type TestFlags,
} from "./simple_flags.ts";
export type { TestKit, TestWorldOptions } from "./world.ts";
export {
  type ComposedTestClientOptions,
  createTestClient,
  createTestClientBy,
  type TestClient,
  type TestClientOptions,
  type TestFlagOptions,
} from "./test_client.ts";

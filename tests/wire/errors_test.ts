import { isRecord } from "../../src/core/guards.ts";
import type { JsonValue } from "../../src/core/json.ts";
import { type RequestScope, withPostHog } from "edgehog";
import { createTestClient, type TestClient } from "edgehog/testing";
import { fromRoot } from "../_kit/paths.ts";
import { FLAGS } from "./_flags.ts";
import { assertGolden } from "./_golden.ts";
import { CAPTURE_PATH } from "../_kit/capture_paths.ts";

/** One kind of exception, captured by functions of this file. */
interface Row {
  /** Of the golden file. */
  readonly name: string;
  readonly act: (client: TestClient) => unknown;
}

const distinctId = "user:123";

class CheckoutError extends Error {
  override readonly name = "CheckoutError";
}

function failCheckout(): CheckoutError {
  return new CheckoutError("Checkout failed");
}

function failPayment(): CheckoutError {
  try {
    throw new TypeError("Connection failed", { cause: "no route" });
  } catch (cause) {
    return new CheckoutError("Checkout failed", { cause });
  }
}

function failAll(): AggregateError {
  const members = [
    new RangeError("first"),
    new Error("second", { cause: new URIError("root") }),
    5,
  ];
  return new AggregateError(members, "All failed");
}

function createHandler(
  { posthog }: TestClient,
  onError?: () => Response,
): () => Promise<unknown> {
  const handler = withPostHog(
    posthog,
    function handleCheckout(
      _request: Request,
      _info: object,
      hog: RequestScope,
    ): Response {
      hog.setContext({ distinctId });
      throw failCheckout();
    },
    { onError },
  );
  const request = new Request("https://shop.example/pay?token=secret", {
    method: "POST",
    headers: { "user-agent": "Browser" },
  });
  return () => handler(request, {}).catch(() => {});
}

const ROWS: readonly Row[] = [
  {
    name: "manual",
    act: ({ posthog }) =>
      posthog.captureException(failCheckout(), distinctId, {
        area: "checkout",
      }),
  },
  {
    name: "personless",
    act: ({ posthog }) => posthog.captureException(failCheckout()),
  },
  {
    name: "immediate",
    act: ({ posthog }) =>
      posthog.captureExceptionImmediate(failCheckout(), distinctId),
  },
  {
    name: "string",
    act: function captureText({ posthog }) {
      posthog.captureException("Uncaught TypeError: no such page", distinctId);
    },
  },
  {
    name: "nested_cause",
    act: ({ posthog }) => posthog.captureException(failPayment(), distinctId),
  },
  {
    name: "aggregate",
    act: ({ posthog }) => posthog.captureException(failAll(), distinctId),
  },
  {
    name: "dom_exception",
    act: ({ posthog }) =>
      posthog.captureException(
        new DOMException("Too slow", "TimeoutError"),
        distinctId,
      ),
  },
  {
    name: "error_like",
    act: ({ posthog }) =>
      posthog.captureException({
        name: "RemoteError",
        message: "Upstream failed",
        stack: "RemoteError: Upstream failed\n    at pay (bank.ts:7:9)",
      }, distinctId),
  },
  {
    name: "non_error",
    act: function captureObject({ posthog }) {
      posthog.captureException({ status: 500, body: "secret" }, distinctId);
    },
  },
  {
    name: "options",
    act: async ({ posthog }) => {
      const flags = await posthog.evaluateFlags(distinctId);
      posthog.captureException(failCheckout(), distinctId, {
        "$exception_fingerprint": "by property",
        "$exception_list": [],
        "$exception_level": "debug",
        "$issue_name": "Checkout",
      }, {
        flags,
        fingerprint: "checkout",
        level: "WARN",
        source: "shop.queue",
        mechanism: { type: "queue", handled: false },
        groups: { company: "42" },
        uuid: "019b7ca9-8f2e-7000-8000-000000000001",
        timestamp: 0,
        disableGeoip: false,
      });
    },
  },
  {
    name: "scope",
    act: ({ posthog }) =>
      posthog.forRequest({ url: "https://shop.example/pay" }, undefined, {
        distinctId,
        sessionId: "s1",
        properties: { area: "shop", "$exception_type": "mine" },
      }).captureException(failCheckout()),
  },
  { name: "unhandled", act: (client) => createHandler(client)() },
  {
    name: "answered",
    act: (client) =>
      createHandler(client, () => new Response("sorry", { status: 503 }))(),
  },
];

/** A flush that is under way looks again after some ms. */
const LOOK_AGAIN_MS = 1000;

for (const { name, act } of ROWS) {
  Deno.test(`the wire of an exception, ${name}, is as recorded (ERR-022, ERR-023, ERR-024, CAP-081)`, async () => {
    const client = createTestClient({ flags: FLAGS });
    await act(client);
    const flushed = client.posthog.flush();
    await client.clock.advance(LOOK_AGAIN_MS);
    await flushed;
    const sent = client.emulator.requests.find(({ path }) =>
      path === CAPTURE_PATH
    );
    await assertGolden(
      `errors/${name}`,
      sent && { ...sent, body: maskFrames(sent.body) as JsonValue },
    );
  });
}

/**
 * Of each stack the frames of this file, or of a stack made by hand: those of the runner change with Deno. Lines and
 * columns move with every edit.
 */
function maskFrames(value: unknown): unknown {
  if (Array.isArray(value)) {
    return value.filter((item) => !isForeignFrame(item)).map(maskFrames);
  }
  if (!isRecord(value)) return value;
  const entries = Object.entries(value).map(([key, inner]) => {
    if (key === "filename" && inner === FILE) return [key, "<this file>"];
    return key === "lineno" || key === "colno"
      ? [key, `<${typeof inner}>`]
      : [key, maskFrames(inner)];
  });
  return Object.fromEntries(entries);
}

const FILE = fromRoot("tests/wire/errors_test.ts");

function isForeignFrame(value: unknown): boolean {
  return isRecord(value) && typeof value["filename"] === "string" &&
    value["filename"] !== FILE && value["filename"] !== "bank.ts";
}

import { assertEquals, assertInstanceOf } from "@std/assert";
import { createTestClient } from "edgehog/testing";
import type { AnyEdgehogError, CaptureMessage } from "edgehog";

/** What `capture` reports when it is given something. */
function report(
  message: unknown,
  options: Parameters<typeof createTestClient>[0] = {},
): readonly AnyEdgehogError[] {
  const errors: AnyEdgehogError[] = [];
  const { posthog } = createTestClient({
    ...options,
    onError: (error) => errors.push(error),
  });
  assertEquals(posthog.capture(message as CaptureMessage), undefined);
  return errors;
}

function refuse(): never {
  throw new Error("a secret of the caller's");
}

const EVENT = { event: "paid", distinctId: "u" };

const HOSTILE: Readonly<Record<string, () => object>> = {
  "a getter": () => ({
    get event() {
      return refuse();
    },
  }),
  "a class's getter": () =>
    new (class {
      get event() {
        return refuse();
      }
    })(),
  "a proxy": () => new Proxy({}, { get: refuse }),
};

for (const [name, create] of Object.entries(HOSTILE)) {
  Deno.test(`a verb blames ${name} of the caller's that throws (FLD-071)`, () => {
    const [error, ...more] = report(create());
    assertEquals(more, []);
    assertEquals(
      error?.message,
      "Cannot complete 'capture': an argument could not be read",
    );
    assertInstanceOf(error?.cause, Error);
  });
}

Deno.test("a verb blames itself for a failure that no argument explains, and keeps the cause (FLD-071)", () => {
  const original = Date.prototype.toISOString;
  const cause = new Error("ours");
  Date.prototype.toISOString = () => {
    throw cause;
  };
  try {
    const ring: Record<string, unknown> = { ...EVENT, at: new Map() };
    ring["self"] = ring;
    const errors = report(ring);
    assertEquals(errors.map((error) => [error.message, error.cause]), [[
      "Cannot complete 'capture': unexpected failure in capture()",
      cause,
    ]]);
  } finally {
    Date.prototype.toISOString = original;
  }
});

Deno.test("a verb names the seam where there are no random bytes (FLD-071)", () => {
  const original = crypto.getRandomValues;
  crypto.getRandomValues = refuse;
  try {
    assertEquals(
      report(EVENT, { random: refuse }).map(({ message }) => message),
      ["Cannot complete 'capture': the seam 'random' failed"],
    );
  } finally {
    crypto.getRandomValues = original;
  }
});

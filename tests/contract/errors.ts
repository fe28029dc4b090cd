import type { RequestScope } from "edgehog";
import { assert, assertEquals } from "./_assert.ts";
import type { ContractLibrary, ContractRunner } from "./_runner.ts";
import {
  CALL_SITES,
  catchFrom,
  type Failure,
  FAILURES,
  MEMBER,
  type Place,
  ROOT,
} from "./_throws.ts";
import { createWireClient } from "./_wire.ts";

interface Frame {
  readonly filename: string;
  readonly function: string;
  readonly lineno?: number;
  readonly colno?: number;
  readonly in_app: boolean;
}

interface Entry {
  readonly type: string;
  readonly value: string;
  readonly mechanism: Readonly<Record<string, unknown>>;
  readonly stacktrace?: { readonly frames: readonly Frame[] };
}

/** Error tracking: where it failed, by the engine's own stacks. */
export function errors(t: ContractRunner, lib: ContractLibrary): void {
  const create = () => {
    const { posthog, sent } = createWireClient(lib);
    return {
      posthog,
      list: async () => {
        const [event] = await sent();
        return event?.properties["$exception_list"] as readonly Entry[];
      },
    };
  };
  /** That the innermost frame stands on the line that holds the marker, in a file that can be looked at. */
  const assertPlace = (
    entry: Entry | undefined,
    { fn, marker, isMadeByRuntime }: Place,
  ) => {
    const frame = entry?.stacktrace?.frames
      .filter((frame) => frame.in_app || !isMadeByRuntime).at(-1);
    assert(frame, `No frame for ${marker}`);
    assertEquals([frame.function, frame.in_app], [fn.name, true], marker);
    const text = lib.readSource(frame.filename);
    const { lineno = 0, colno = 0 } = frame;
    const line = text?.split("\n")[lineno - 1] ?? "";
    const atMarker = line.indexOf(`"${marker}"`);
    // The column is that of `new`, of the class, or of the call: engines differ.
    assert(
      colno > 0 && colno <= atMarker && line[colno - 1]?.trim() !== "",
      `${marker} is not at ${frame.filename}:${lineno}:${colno}, there is: ${line}`,
    );
  };

  for (const failure of FAILURES) {
    t.test(`the frames of ${failure.name} end where it failed (ERR-001, ERR-020, ERR-060)`, async () => {
      const { posthog, list } = create();
      const error = await catchFrom(failure.fn) as Error;
      const hasStack = typeof error.stack === "string" && error.stack !== "";
      posthog.captureException(error, "user-1");
      const [entry] = await list();
      assertEquals(
        [entry?.type, entry?.value, entry?.mechanism["synthetic"]],
        [error.name, failure.marker, !hasStack],
      );
      if (hasStack) assertPlace(entry, failure);
    });
  }

  const nested: readonly [outer: string, inner: Failure, source: string][] = [
    ["fails because of another", ROOT, "cause"],
    ["fails with members", MEMBER, "member"],
  ];
  for (const [outer, inner, source] of nested) {
    t.test(`${inner.name} has its own place (ERR-023, ERR-024)`, async () => {
      const { posthog, list } = create();
      const { fn } = FAILURES.find(({ marker }) => marker === outer) ?? inner;
      posthog.captureException(await catchFrom(fn), "user-1");
      const [, entry] = await list();
      assertEquals(entry?.mechanism, {
        type: "chained",
        source,
        synthetic: false,
        "exception_id": 1,
        "parent_id": 0,
      });
      assertPlace(entry, inner);
    });
  }

  for (const site of CALL_SITES) {
    for (const who of ["client", "scope"] as const) {
      t.test(`what is no error has the place of the call, by ${site.fn.name} on a ${who} (ERR-032, ERR-076)`, async () => {
        const { posthog, list } = create();
        const hog = who === "client" ? posthog : posthog.forRequest();
        const { fn } = site;
        await fn(hog);
        const [entry] = await list();
        assertEquals(entry?.mechanism["synthetic"], true);
        assertPlace(entry, site);
      });
    }
  }

  t.test("withPostHog captures what escapes, where it failed, and throws it on (ERR-039)", async () => {
    const { posthog, list } = create();
    const [failure] = FAILURES;
    assert(failure, "There is a failure");
    const { fn } = failure;
    const handler = lib.edgehog.withPostHog(
      posthog,
      (_request: Request, _ctx: unknown, _hog: RequestScope): Response => {
        fn();
        return new Response();
      },
    );
    const pending: Promise<unknown>[] = [];
    const ctx = {
      waitUntil: (promise: Promise<unknown>) => void pending.push(promise),
    };
    const error = await catchFrom(() =>
      handler(new Request("https://shop.example/"), ctx)
    );
    await Promise.all(pending);
    const [entry] = await list();
    assertEquals((error as Error).message, failure.marker);
    assertEquals(entry?.mechanism, {
      type: "middleware",
      handled: false,
      synthetic: false,
      "exception_id": 0,
    });
    assertPlace(entry, failure);
  });
}

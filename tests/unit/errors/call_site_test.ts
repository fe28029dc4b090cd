import { assertEquals } from "@std/assert";
import { buildException } from "../../../src/errors/build.ts";
import { takeCallSite } from "../../../src/errors/call_site.ts";
import { listTree } from "../../../src/errors/tree.ts";
import { MANUAL } from "../../../src/errors/types.ts";
import { withStack } from "./_exceptions.ts";
import { createRecorded, firstEntry } from "./_recorded.ts";

function verb(error: unknown) {
  const nodes = listTree(error);
  const callSite = nodes[0].frames ? undefined : takeCallSite(enter);
  const { properties } = buildException(nodes, { boundary: MANUAL, callSite });
  const [entry] = JSON.parse(JSON.stringify(properties["$exception_list"]));
  return entry;
}

function enter(error: unknown) {
  return verb(error);
}

function application(error: unknown) {
  return enter(error);
}

interface Frames {
  readonly stacktrace?: { readonly frames: readonly { function: string }[] };
}

const innermost = ({ stacktrace }: Frames) =>
  stacktrace?.frames.at(-1)?.function;

const setStackTools = (tools: Record<string, unknown>) => {
  const before = Object.getOwnPropertyDescriptors(Error);
  Object.assign(Error, tools);
  return {
    [Symbol.dispose]() {
      for (const name of Object.keys(tools)) {
        const descriptor = Object.entries(before).find(([key]) => key === name);
        if (descriptor) Object.defineProperty(Error, name, descriptor[1]);
        else delete (Error as unknown as Record<string, unknown>)[name];
      }
    },
  };
};

const { captureStackTrace } = Error;

Deno.test("buildException() starts a missing stack at the caller (ERR-032, ERR-076)", () => {
  const entry = application("text");
  assertEquals(innermost(entry), "application");
  assertEquals(entry.mechanism.synthetic, true);
});

Deno.test("buildException() starts there too where the engine can't hide functions (ERR-076)", () => {
  {
    using _ = setStackTools({
      captureStackTrace: (holder: object) => {
        captureStackTrace(holder, Error.captureStackTrace);
      },
    });
    assertEquals(innermost(application("text")), "application");
  }
  using _ = setStackTools({ captureStackTrace: undefined });
  assertEquals(innermost(application("text")), "application");
});

Deno.test("buildException() takes no call site where there is a stack, or a way to break it", () => {
  const own = withStack(new Error("m"), "Error: m\n at own (a.js:1:1)");
  assertEquals(innermost(application(own)), "own");
  using _ = setStackTools({
    captureStackTrace() {
      throw new Error("no");
    },
  });
  assertEquals(application("text").stacktrace, undefined);
});

Deno.test("buildException() does without a stack that the application formats (ERR-078)", () => {
  using _ = setStackTools({ prepareStackTrace: () => [] });
  const entry = application("text");
  assertEquals(entry.stacktrace, undefined);
  assertEquals(entry.mechanism.synthetic, true);
});

Deno.test("buildException() leaves the settings of stacks alone (ERR-079)", () => {
  const tools = Error as unknown as Record<string, unknown>;
  const before = [tools["stackTraceLimit"], tools["prepareStackTrace"]];
  const own = Object.keys(Error);
  application("text");
  application(new Error("m"));
  assertEquals([tools["stackTraceLimit"], tools["prepareStackTrace"]], before);
  assertEquals(Object.keys(Error), own);
});

const TOOLS: readonly (readonly [name: string, tools: object])[] = [
  ["an engine that hides functions", {}],
  ["an engine that can't", {
    captureStackTrace: (holder: object) => {
      captureStackTrace(holder, Error.captureStackTrace);
    },
  }],
  ["an engine without the means", { captureStackTrace: undefined }],
];

for (const [name, tools] of TOOLS) {
  Deno.test(`captureException() starts a missing stack at its caller in ${name} (ERR-032, ERR-076)`, async () => {
    const { posthog, received } = createRecorded();
    const hog = posthog.forRequest();
    const { captureException, captureExceptionImmediate } = hog;
    const calls: Record<string, () => unknown> = {
      client: () => posthog.captureException("text"),
      clientNow: () => posthog.captureExceptionImmediate("text"),
      scope: () => hog.captureException("text"),
      takenOff: () => captureException("text"),
      takenOffNow: () => captureExceptionImmediate("text"),
    };
    {
      using _ = setStackTools({ ...tools });
      for (const call of Object.values(calls)) call();
    }
    assertEquals(
      new Set(
        (await received()).map((properties) =>
          innermost(firstEntry(properties) as Frames)?.split(".").at(-1)
        ),
      ),
      new Set(Object.keys(calls)),
    );
  });
}

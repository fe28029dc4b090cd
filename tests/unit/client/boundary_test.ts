import { assertEquals } from "@std/assert";
import { guardMethods } from "../../../src/client/boundary.ts";
import { createRedact } from "../../../src/core/logger.ts";
import { createReporter } from "../../../src/core/reporter.ts";

function createRecorded() {
  const errors: string[] = [];
  const quiet = () => {};
  const reporter = createReporter({
    logger: { debug: quiet, info: quiet, warn: quiet, error: quiet },
    onError: (error) => void errors.push(`${error.name} ${error.message}`),
    isDebug: false,
    redact: createRedact([]),
  });
  return { errors, reporter };
}

Deno.test("guardMethods() turns a throw and a rejection into one report and a neutral answer (CAP-298)", async () => {
  const { errors, reporter } = createRecorded();
  const methods = guardMethods(
    {
      now(): number {
        throw new Error("secret value");
      },
      later: (): Promise<number> => Promise.reject(new Error("secret value")),
    },
    reporter,
    { later: () => 7 },
  );
  assertEquals([methods.now(), await methods.later()], [undefined as never, 7]);
  assertEquals(errors, [
    "CallbackError Cannot complete 'now': an argument could not be read",
    "CallbackError Cannot complete 'later': an argument could not be read",
  ]);
});

Deno.test("guardMethods() leaves good answers as they are", async () => {
  const { errors, reporter } = createRecorded();
  const answer = {};
  const methods = guardMethods({
    now: () => answer,
    later: () => Promise.resolve(answer),
  }, reporter);
  assertEquals([
    methods.now() === answer,
    await methods.later() === answer,
    errors.length,
  ], [true, true, 0]);
});

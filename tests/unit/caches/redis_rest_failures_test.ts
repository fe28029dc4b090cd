// deno-lint-ignore-file no-boolean-literal-for-arguments -- they are expected values here
import { assertEquals, assertRejects } from "@std/assert";
import { createFakeClock } from "../../../src/testing/fake_clock.ts";
import { createRecordingFetch } from "../../../src/testing/recording_fetch.ts";
import { type Answer, createWorld, TEXT, TOKEN } from "./_redis_rest.ts";

interface FailureRow {
  readonly name: string;
  readonly answer: Answer;
  readonly message: string;
}

const FAILURES: readonly FailureRow[] = [
  {
    name: "a refused token",
    answer: Response.json({ error: `WRONGPASS bad token ${TOKEN}` }, {
      status: 401,
    }),
    message: "Redis answered 401: WRONGPASS bad token [redacted]",
  },
  {
    name: "a page of a proxy",
    answer: new Response("<h1>Bad gateway</h1>", { status: 502 }),
    message: "Redis answered 502",
  },
  {
    name: "a failed command, whose arguments are not repeated",
    answer: Response.json([{
      error: "ERR unknown command 'HMGET', with args beginning with: 'secret'",
    }]),
    message: "Redis refused HMGET: ERR unknown command",
  },
  {
    name: "a failed command that repeats the token",
    answer: Response.json([{ error: `ERR ${TOKEN}` }]),
    message: "Redis refused HMGET: ERR [redacted]",
  },
  {
    name: "a failed command, whose words command a terminal (FLD-088)",
    answer: Response.json([{ error: "ERR \u001b[2Jno" }]),
    message: "Redis refused HMGET: ERR \\u001b[2Jno",
  },
  {
    name: "an error that is no text",
    answer: Response.json([{ error: { a: 1 } }]),
    message: "Redis refused HMGET",
  },
  {
    name: "no JSON",
    answer: new Response("OK"),
    message: "Redis answered something that is no pipeline's result",
  },
  {
    name: "a result that is no list",
    answer: Response.json({ result: "OK" }),
    message: "Redis answered something that is no pipeline's result",
  },
  {
    name: "too few results",
    answer: Response.json([]),
    message: "Redis answered something that is no pipeline's result",
  },
  {
    name: "a redirect",
    answer: new Response(null, {
      status: 307,
      headers: { location: "https://elsewhere.test" },
    }),
    message: "Redis answered 307",
  },
  {
    name: "a refused connection",
    answer: new TypeError(`connection refused (token ${TOKEN})`),
    message:
      "Redis could not be reached: TypeError: connection refused (token [redacted])",
  },
];

for (const { name, answer, message } of FAILURES) {
  Deno.test(`redisRestCache() rejects for ${name}`, async () => {
    const { cache } = createWorld([answer]);
    const error = await assertRejects(
      async () => await cache.getFlagDefinitions(),
      Error,
    );
    assertEquals(error.message, message);
  });
}

for (const option of ["url", "token"] as const) {
  for (const value of [undefined, "", " "]) {
    Deno.test(`redisRestCache() rejects where '${option}' is ${JSON.stringify(value)}`, async () => {
      const { cache, requests } = createWorld([], { [option]: value });
      const error = await assertRejects(
        async () => await cache.getFlagDefinitions(),
        Error,
      );
      assertEquals(
        error.message,
        `Cannot use Redis: the option '${option}' is missing`,
      );
      assertEquals(requests.length, 0);
    });
  }
}

const GARBAGE: readonly (readonly [name: string, result: unknown])[] = [
  ["no list", "text"],
  ["an empty list", []],
  ["a version that is no text", [1, TEXT]],
  ["data that are no text", ["1", 1]],
  ["data that are no JSON", ["1", "{"]],
  ["data that are no definitions", ["1", '{"flags":1}']],
];

for (const [name, result] of GARBAGE) {
  Deno.test(`redisRestCache() takes ${name} for an empty Redis`, async () => {
    const { cache } = createWorld([[result]]);
    assertEquals(await cache.getFlagDefinitions(), undefined);
  });
}

for (const result of [1, {}, "QUEUED", true]) {
  Deno.test(`redisRestCache() takes ${JSON.stringify(result)} for no lease`, async () => {
    const { cache } = createWorld([[result]]);
    assertEquals(await cache.shouldFetchFlagDefinitions(), false);
  });
}

Deno.test("redisRestCache() gives up a request after 'timeoutMs'", async () => {
  for (const timeoutMs of [undefined, 300]) {
    const clock = createFakeClock();
    const { fetch } = createRecordingFetch(() => new Promise(() => {}));
    const { cache } = createWorld([], { fetch, timeoutMs, sleep: clock.sleep });
    let message = "";
    Promise.resolve(cache.getFlagDefinitions()).catch((error: Error) => {
      message = error.message;
    });
    await clock.advance((timeoutMs ?? 1000) - 1);
    assertEquals(message, "");
    await clock.advance(1);
    assertEquals(message, "Redis did not answer in time");
  }
});

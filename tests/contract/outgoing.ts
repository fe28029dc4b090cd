import { assert, assertEquals } from "./_assert.ts";
import type { ContractLibrary, ContractRunner } from "./_runner.ts";
import { withStreams } from "./_streams.ts";

const HOST = "api.example.com";
const URL_TEXT = `https://${HOST}/items`;

/** A network that keeps what it was called with, and the request that a runtime makes of it. */
function createNetwork() {
  const calls: unknown[][] = [];
  const requests: Request[] = [];
  const network = (...args: [input: RequestInfo | URL, init?: RequestInit]) => {
    calls.push(args);
    requests.push(new Request(...args));
    return Promise.resolve(new Response("ok"));
  };
  return { network: network as typeof fetch, calls, requests };
}

function readTrace(request: Request | undefined): (string | null)[] {
  return ["distinct", "session", "window"].map((name) =>
    request?.headers.get(`x-posthog-${name}-id`) ?? null
  );
}

/** What a scope tells other services about who asks, over a fetch of the application's. */
export function outgoing(
  t: ContractRunner,
  { testing }: ContractLibrary,
): void {
  const { createTestClient } = testing;
  const createTraced = (distinctId?: string, sessionId?: string) => {
    const { posthog } = createTestClient();
    const hog = posthog.forRequest(undefined, undefined, {
      distinctId,
      sessionId,
    });
    const { network, ...seen } = createNetwork();
    return {
      ...seen,
      hog,
      network,
      traced: hog.wrapFetch(network, { hostnames: [HOST] }),
    };
  };

  t.test("a named host gets both headers, another gets its request as it was (CTX-041, CTX-051)", async () => {
    const { traced, requests, calls } = createTraced("user-1", "s1");
    const before = globalThis.fetch;
    const init = { method: "POST", body: "x", headers: { accept: "a/b" } };
    await traced(URL_TEXT, init);
    await traced(new URL(URL_TEXT));
    await traced("https://elsewhere.example/", init);
    assertEquals(requests.map(readTrace), [
      ["user-1", "s1", null],
      ["user-1", "s1", null],
      [null, null, null],
    ]);
    const [first] = requests;
    assertEquals(
      [first?.method, first?.headers.get("accept"), await first?.text()],
      ["POST", "a/b", "x"],
    );
    assert(calls[2]?.[1] === init, "the very same init");
    assert(globalThis.fetch === before, "nothing global is patched");
  });

  t.test("the headers say what the scope knows at the call, and nothing it does not (CTX-042, CTX-047, CTX-048)", async () => {
    const { hog, traced, requests } = createTraced();
    hog.capture({ event: "personless" });
    await traced(URL_TEXT);
    hog.setContext({ sessionId: "s1" });
    await traced(URL_TEXT);
    hog.setContext({ distinctId: "user-1" });
    await traced(URL_TEXT);
    assertEquals(requests.map(readTrace), [
      [null, null, null],
      [null, "s1", null],
      ["user-1", "s1", null],
    ]);
  });

  t.test("stale headers are replaced on a copy, and what is passed on of others goes (CTX-043)", async () => {
    const { hog, traced, requests } = createTraced("user-1", "s1");
    const stale = {
      "x-posthog-distinct-id": "other",
      "X-POSTHOG-SESSION-ID": "s0",
      "x-posthog-window-id": "w0",
    };
    const headers = new Headers(stale);
    const request = new Request(URL_TEXT, {
      headers: { ...stale, accept: "a/b" },
    });
    await traced(URL_TEXT, { headers });
    await traced(URL_TEXT, { headers: Object.entries(stale) });
    await traced(request);
    await traced(request, { method: "PUT" });
    for (const seen of requests) {
      assertEquals(readTrace(seen), ["user-1", "s1", null]);
    }
    assertEquals(requests.map(({ method }) => method), [
      "GET",
      "GET",
      "GET",
      "PUT",
    ]);
    for (const seen of requests.slice(2)) {
      assertEquals(seen.headers.get("accept"), "a/b");
    }
    assertEquals(readTrace(request), ["other", "s0", "w0"]);
    assertEquals(headers.get("x-posthog-distinct-id"), "other");
    hog.setContext({ sessionId: "s0" });
    await traced(request);
    assertEquals(readTrace(requests.at(-1)), ["user-1", "s0", "w0"]);
    const nobody = createTraced();
    await nobody.traced(request);
    assertEquals(nobody.requests.map(readTrace), [[null, null, null]]);
  });

  const streams = withStreams(t);
  streams.test("a request with a stream for a body and an aborted signal stays what it was (CTX-045)", async () => {
    const { traced, requests } = createTraced("user-1", "s1");
    const createBody = () =>
      new ReadableStream({
        start(controller) {
          controller.enqueue(new TextEncoder().encode("streamed"));
          controller.close();
        },
      });
    const init = () => ({
      method: "PATCH",
      body: createBody(),
      redirect: "manual" as const,
      signal: AbortSignal.abort(),
      duplex: "half",
      headers: { "content-type": "text/plain" },
    });
    await traced(new Request(URL_TEXT, init()));
    await traced(URL_TEXT, init());
    await traced(URL_TEXT, Object.create(init()));
    assertEquals(requests.length, 3);
    for (const request of requests) {
      assertEquals(readTrace(request), ["user-1", "s1", null]);
      assertEquals([
        request.method,
        request.redirect,
        request.signal.aborted,
        request.headers.get("content-type"),
        await request.text(),
      ], ["PATCH", "manual", true, "text/plain", "streamed"]);
    }
  });

  t.test("an id that the runtime refuses as a header is left out alone (CTX-046)", async () => {
    for (const id of ["用户", "a\r\nx-injected: 1", "\ud800"]) {
      const { traced, requests } = createTraced(id, "s1");
      await traced(URL_TEXT);
      const [request] = requests;
      assertEquals(request?.headers.get("x-posthog-session-id"), "s1");
      assertEquals(request?.headers.get("x-injected") ?? null, null);
    }
    const { hog } = createTraced("用户", "s1");
    let takesAnyLetter = true;
    try {
      new Headers({ "x-test": "用户" });
    } catch {
      takesAnyLetter = false;
    }
    assertEquals(
      Object.keys(hog.tracingHeaders()).length,
      takesAnyLetter ? 2 : 1,
    );
  });

  t.test("wrapFetch() passes on what it does not understand (CTX-049)", async () => {
    const calls: unknown[][] = [];
    const network = (...args: unknown[]) => {
      calls.push(args);
      return Promise.resolve(new Response("ok"));
    };
    const { hog } = createTraced("user-1", "s1");
    const traced = hog.wrapFetch(network as typeof fetch, {
      hostnames: [HOST],
    }) as (...args: unknown[]) => Promise<Response>;
    const rows: readonly unknown[][] = [
      [],
      ["/items"],
      ["::"],
      [null],
      [URL_TEXT, 5],
      [URL_TEXT, { headers: 5 }],
      [Symbol("x"), {}, 3],
    ];
    for (const row of rows) await traced(...row);
    for (const [index, row] of rows.entries()) {
      assertEquals(calls[index]?.length, row.length);
      assert(
        row.every((value, place) => calls[index]?.[place] === value),
        `call ${index} is not what was given`,
      );
    }
  });
}

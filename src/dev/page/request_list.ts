import type { EmulatorPath, ReceivedRequest } from "../types.ts";
import { readLimit } from "./event_search.ts";
import type {
  DefinitionsCost,
  RequestsAnswer,
  ShownRequest,
} from "./shapes.ts";

const DEFINITIONS: EmulatorPath = "/flags/definitions";

/** Shows an emulator's requests. */
export interface RequestList {
  /** Answers the question of a URL: `path`, `limit`. */
  find(query: URLSearchParams): RequestsAnswer;
}

/** Creates a {@linkcode RequestList} of an emulator's list. */
export function createRequestList(
  requests: readonly ReceivedRequest[],
): RequestList {
  const ids = new WeakMap<ReceivedRequest, number>();
  let lastId = 0;
  return {
    find(query) {
      const path = query.get("path") ?? "";
      const limit = readLimit(query.get("limit"));
      for (const request of requests) {
        if (!ids.has(request)) ids.set(request, ++lastId);
      }
      const matching = requests.filter((request) =>
        path === "" || request.path === path
      );
      return {
        requests: matching.slice(Math.max(0, matching.length - limit))
          .map((request) => toShown(request, ids.get(request) ?? 0))
          .reverse(),
        matched: matching.length,
        definitions: sumDefinitions(requests),
      };
    },
  };
}

/** Keys are in headers, queries and bodies: none of them is shown. */
function toShown(request: ReceivedRequest, id: number): ShownRequest {
  const { method, path, status, receivedAt, bodyBytes, answerBytes } = request;
  return {
    id,
    method,
    path,
    status,
    receivedAt,
    bodyBytes,
    answerBytes,
    ifNoneMatch: request.headers["if-none-match"],
    etag: request.answerHeaders["etag"],
  };
}

function sumDefinitions(requests: readonly ReceivedRequest[]): DefinitionsCost {
  const asked = requests.filter(({ path }) => path === DEFINITIONS);
  const full = asked.filter(({ status }) => status === 200);
  const notModified = asked.filter(({ status }) => status === 304).length;
  return {
    full: full.length,
    fullBytes: full.reduce((sum, { answerBytes }) => sum + answerBytes, 0),
    notModified,
    failed: asked.length - full.length - notModified,
  };
}

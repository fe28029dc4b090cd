import type { DefinitionsCost, ShownRequest } from "../src/dev/page/shapes.ts";
import { api } from "./api.ts";
import { byId, element, setText, showItems, toggle } from "./dom.ts";
import { formatBytes, formatCount, formatTime, formatTimes } from "./format.ts";
import { attempt } from "./problem.ts";
import type { View } from "./view.ts";

/** Rows that are made at first, and with each `Show more`. */
const ROWS = 200;

/** The view of requests, and of what definitions cost. */
export function createRequestsView(): View {
  const path = byId("requests-path", HTMLSelectElement);
  const more = byId("requests-more", HTMLButtonElement);
  let limit = ROWS;
  const refresh = async () => {
    const answer = await api.readRequests({
      path: path.value,
      limit: String(limit),
    });
    showItems(
      byId("requests-rows", HTMLTableSectionElement),
      answer.requests,
      ({ id, status }) => `${id} ${status}`,
      requestRow,
    );
    toggle(more, answer.matched > answer.requests.length);
    toggle(byId("requests-empty", HTMLElement), answer.matched === 0);
    setText(
      byId("requests-count", HTMLElement),
      formatCount(answer.matched, "request"),
    );
    setText(
      byId("definitions-cost", HTMLElement),
      describeCost(answer.definitions),
    );
  };
  path.addEventListener("change", () => {
    limit = ROWS;
    attempt(refresh);
  });
  more.addEventListener("click", () => {
    limit += ROWS;
    attempt(refresh);
  });
  return {
    name: "requests",
    concerns: (counts, before) => counts.version !== before?.version,
    refresh,
  };
}

function describeCost(
  { full, fullBytes, notModified, failed }: DefinitionsCost,
): string {
  if (full + notModified + failed === 0) {
    return "Nobody has asked for flag definitions.";
  }
  const average = full === 0 ? 0 : fullBytes / full;
  const saved = notModified * average;
  return [
    `Flag definitions were read ${formatTimes(full)} in full, for ${
      formatBytes(fullBytes)
    }`,
    `${formatTimes(notModified)} nothing had changed (304)${
      saved > 0 ? `, which saved ${formatBytes(Math.round(saved))}` : ""
    }`,
    ...(failed > 0 ? [`${formatCount(failed, "request")} failed`] : []),
  ].join("; ") + ".";
}

function requestRow(request: ShownRequest): HTMLElement {
  const { method, path, status, bodyBytes, answerBytes } = request;
  const kind = status === 0 || status >= 400
    ? "bad"
    : status === 304
    ? "same"
    : "good";
  return element(
    "tr",
    {},
    element("td", { class: "time" }, formatTime(request.receivedAt)),
    element(
      "td",
      { class: `status ${kind}` },
      status === 0 ? "no answer" : String(status),
    ),
    element("td", { class: "path" }, `${method} ${path}`),
    element("td", { class: "bytes" }, formatBytes(bodyBytes)),
    element("td", { class: "bytes" }, formatBytes(answerBytes)),
    element("td", { class: "etag" }, request.ifNoneMatch ?? ""),
    element("td", { class: "etag" }, request.etag ?? ""),
  );
}

import type { ReceivedEvent } from "../src/dev/types.ts";
import { api } from "./api.ts";
import { byId, element, showItems, toggle } from "./dom.ts";
import { eventKey } from "./event_detail.ts";
import { formatTime } from "./format.ts";
import { errorView, readErrors } from "./frames.ts";
import { propertiesView } from "./json_view.ts";
import type { View } from "./view.ts";

/** Exceptions that are shown. */
const LIMIT = "200";

/** The view of captured exceptions with their frames. */
export function createExceptionsView(): View {
  return {
    name: "exceptions",
    concerns: (counts, before) =>
      counts.exceptions !== before?.exceptions ||
      counts.events !== before.events,
    async refresh() {
      const { events } = await api.readEvents({
        event: "$exception",
        limit: LIMIT,
      });
      showItems(
        byId("exceptions-list", HTMLElement),
        events,
        eventKey,
        exceptionView,
      );
      toggle(byId("exceptions-empty", HTMLElement), events.length === 0);
    },
  };
}

function exceptionView(event: ReceivedEvent): HTMLElement {
  const errors = readErrors(event);
  const [first] = errors;
  const { $exception_list: _list, ...rest } = event.properties;
  return element(
    "details",
    { class: "exception" },
    element(
      "summary",
      {},
      element("span", { class: "time" }, formatTime(event.receivedAt)),
      element("span", { class: "type" }, first?.type ?? "Unknown"),
      element("span", { class: "message" }, first?.value ?? ""),
      element("span", { class: "person" }, event.distinctId),
    ),
    ...errors.map(errorView),
    element(
      "details",
      { class: "rest" },
      element("summary", {}, "Properties"),
      propertiesView(rest),
    ),
  );
}

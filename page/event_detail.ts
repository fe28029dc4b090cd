import type { ReceivedEvent } from "../src/dev/types.ts";
import { element } from "./dom.ts";
import { formatTime } from "./format.ts";
import { errorView, readErrors } from "./frames.ts";
import { propertiesView } from "./json_view.ts";

/** Tells events apart: the same one may arrive twice. */
export function eventKey({ uuid, arrival }: ReceivedEvent): string {
  return `${uuid} ${arrival}`;
}

/** All that an event says. */
export function eventDetail(event: ReceivedEvent): HTMLElement {
  const { distinctId, timestamp, receivedAt, lane, uuid, arrival } = event;
  const copy = element("button", {
    type: "button",
    onclick: () => {
      navigator.clipboard.writeText(JSON.stringify(event, null, 2)).then(
        () => copy.textContent = "Copied",
        () => copy.textContent = "Not allowed to copy",
      );
    },
  }, "Copy as JSON");
  return element(
    "div",
    {},
    element("div", { class: "head" }, element("h2", {}, event.event), copy),
    propertiesView({
      person: distinctId,
      happened: timestamp,
      arrived: formatTime(receivedAt),
      ...(arrival > 1 && { "arrived before": `${arrival - 1} times` }),
      ...(lane !== "analytics" && { lane }),
      uuid,
    }),
    ...readErrors(event).map(errorView),
    element("h3", {}, "Properties"),
    propertiesView(event.properties),
  );
}

import type { ReceivedEvent } from "../src/dev/types.ts";
import type { EventName, EventsAnswer } from "../src/dev/page/shapes.ts";
import { api } from "./api.ts";
import { byId, element, setText, showItems, toggle } from "./dom.ts";
import { eventDetail, eventKey } from "./event_detail.ts";
import { formatCount, formatTime } from "./format.ts";
import { readErrors } from "./frames.ts";
import { sortProperties } from "./json_view.ts";
import { attempt } from "./problem.ts";
import type { View } from "./view.ts";

/** Rows that are made at first, and with each `Show more`. */
const ROWS = 200;

/** Letters of the properties that a row begins with. */
const PREVIEW_LENGTH = 160;

/** How long somebody types before it is searched, in ms. */
const TYPING_MS = 120;

/** The view of events as they arrive. */
export function createEventsView(): View {
  const search = byId("events-search", HTMLInputElement);
  const name = byId("events-name", HTMLSelectElement);
  const person = byId("events-person", HTMLInputElement);
  const pause = byId("events-pause", HTMLButtonElement);
  const more = byId("events-more", HTMLButtonElement);
  const rows = byId("events-rows", HTMLTableSectionElement);
  let limit = ROWS;
  let isAsked = false;
  let typing: number | undefined;
  let asked = 0;

  const { choose, mark } = createChoice(rows);
  const isPaused = () => pause.getAttribute("aria-pressed") === "true";
  const refresh = async () => {
    const turn = ++asked;
    const answer = await api.readEvents({
      search: search.value,
      event: name.value,
      person: person.value,
      limit: String(limit),
    });
    // An older question may be answered later.
    if (turn !== asked) return;
    showItems(
      rows,
      answer.events,
      eventKey,
      (event) => eventRow(event, choose),
    );
    mark();
    showNames(name, answer.names);
    toggle(more, answer.matched > answer.events.length);
    const count = showCount(answer);
    // Who searches hears the outcome; events that come by themselves are not called out.
    if (isAsked) setText(byId("events-found", HTMLElement), `${count} found`);
    isAsked = false;
  };

  const filter = () => {
    limit = ROWS;
    isAsked = true;
    attempt(refresh);
  };
  const filterSoon = () => {
    clearTimeout(typing);
    typing = setTimeout(filter, TYPING_MS);
  };
  search.addEventListener("input", filterSoon);
  person.addEventListener("input", filterSoon);
  name.addEventListener("change", filter);
  byId("events-form", HTMLFormElement).addEventListener("submit", (event) => {
    event.preventDefault();
    filter();
  });
  more.addEventListener("click", () => {
    limit += ROWS;
    attempt(refresh);
  });
  pause.addEventListener("click", () => {
    pause.setAttribute("aria-pressed", String(!isPaused()));
    // What was asked for before is not shown any more.
    asked++;
    if (!isPaused()) attempt(refresh);
  });
  rows.addEventListener("keydown", moveByKey);
  listenToForget();

  return {
    name: "events",
    concerns: (counts, before) =>
      !isPaused() && counts.version !== before?.version,
    async refresh() {
      if (!isPaused()) await refresh();
    },
  };
}

/** The event whose row was clicked: its details are shown, and the row is marked. */
function createChoice(rows: HTMLElement) {
  let chosen: string | undefined;
  const mark = () => {
    for (const row of rows.children) {
      if (!(row instanceof HTMLElement)) continue;
      const isChosen = row.dataset["key"] === chosen;
      row.classList.toggle("chosen", isChosen);
      row.querySelector("button")?.setAttribute(
        "aria-current",
        String(isChosen),
      );
    }
  };
  const choose = (event: ReceivedEvent) => {
    chosen = eventKey(event);
    mark();
    byId("event-detail", HTMLElement).replaceChildren(eventDetail(event));
  };
  return { choose, mark };
}

/** Shows how many events fit, and says it. */
function showCount({ matched, total }: EventsAnswer): string {
  const all = formatCount(total, "event");
  const count = matched === total
    ? all
    : `${formatCount(matched, "event")} of ${all}`;
  setText(byId("events-count", HTMLElement), count);
  const empty = byId("events-empty", HTMLElement);
  toggle(empty, matched === 0);
  setText(
    empty,
    total === 0
      ? "No event has arrived. Point a client's host here, and capture one."
      : "No event fits.",
  );
  return count;
}

function eventRow(
  event: ReceivedEvent,
  choose: (event: ReceivedEvent) => void,
): HTMLElement {
  return element(
    "tr",
    { onclick: () => choose(event) },
    element("td", { class: "time" }, formatTime(event.receivedAt)),
    element(
      "td",
      { class: "name" },
      element(
        "button",
        { type: "button", class: "plain", title: event.event },
        event.event,
      ),
    ),
    element(
      "td",
      { class: "person", title: event.distinctId },
      event.distinctId,
    ),
    element("td", { class: "preview" }, toPreview(event)),
  );
}

/** An exception is its message; of all others the application's own properties come first. */
function toPreview(event: ReceivedEvent): string {
  const [error] = readErrors(event);
  if (error) return `${error.type}: ${error.value}`.slice(0, PREVIEW_LENGTH);
  return sortProperties(event.properties).map(([name, value]) =>
    `${name}: ${typeof value === "string" ? value : JSON.stringify(value)}`
  ).join(" · ").slice(0, PREVIEW_LENGTH);
}

/** Up and down go from event to event, as in a list. */
function moveByKey(event: KeyboardEvent): void {
  if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
  const row = document.activeElement?.closest("tr");
  const next = event.key === "ArrowDown"
    ? row?.nextElementSibling
    : row?.previousElementSibling;
  const button = next?.querySelector("button");
  if (!button) return;
  event.preventDefault();
  button.focus();
}

function showNames(
  select: HTMLSelectElement,
  names: readonly EventName[],
): void {
  const chosen = select.value;
  const options = [
    { value: "", text: "All" },
    ...names.map(({ name, count }) => ({
      value: name,
      text: `${name} (${count})`,
    })),
  ];
  // An event that is chosen stays a choice when there is none of it.
  if (!options.some(({ value }) => value === chosen)) {
    options.push({ value: chosen, text: chosen });
  }
  showItems(
    select,
    options,
    ({ value, text }) => JSON.stringify([value, text]),
    ({ value, text }) => element("option", { value }, text),
  );
  select.value = chosen;
}

function listenToForget(): void {
  const dialog = byId("forget-dialog", HTMLDialogElement);
  byId("events-forget", HTMLButtonElement).addEventListener("click", () => {
    dialog.showModal();
  });
  byId("forget-no", HTMLButtonElement).addEventListener("click", () => {
    dialog.close();
  });
  byId("forget-yes", HTMLButtonElement).addEventListener("click", () => {
    dialog.close();
    attempt(async () => void await api.forget());
  });
}

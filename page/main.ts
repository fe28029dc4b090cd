/**
 * The emulator's page, as it runs in a browser.
 *
 * @module
 */
import type { PageCounts } from "../src/dev/page/shapes.ts";
import { api } from "./api.ts";
import { byId, setText } from "./dom.ts";
import { createEventsView } from "./events_view.ts";
import { createExceptionsView } from "./exceptions_view.ts";
import { createFaultsView } from "./faults_view.ts";
import { createFlagsView } from "./flags_view.ts";
import { formatNumber } from "./format.ts";
import { listen } from "./live.ts";
import { attempt } from "./problem.ts";
import { createRequestsView } from "./requests_view.ts";
import type { View } from "./view.ts";

/** Between two refreshes of a view there is at least this time, in ms: it stays readable while much arrives. */
const REST_MS = 250;

function start(): void {
  const views = [
    createEventsView(),
    createFlagsView(),
    createExceptionsView(),
    createRequestsView(),
    createFaultsView(),
  ] as const;
  let view: View = views[0];
  let counts: PageCounts | undefined;

  const refresh = createPacer(async () => await view.refresh());
  const showView = () => {
    view = views.find(({ name }) => `#${name}` === location.hash) ?? views[0];
    for (const { name } of views) {
      byId(`view-${name}`, HTMLElement).hidden = name !== view.name;
      document.querySelector(`nav a[href="#${name}"]`)?.setAttribute(
        "aria-current",
        name === view.name ? "page" : "false",
      );
    }
    const [first = "", ...rest] = view.name;
    document.title = `${first.toUpperCase()}${
      rest.join("")
    } · edgehog emulator`;
    refresh();
  };
  window.addEventListener("hashchange", showView);
  showView();
  listen((next) => {
    const before = counts;
    counts = next;
    showCounts(next);
    if (next.flagsVersion !== before?.flagsVersion) showFlagCount();
    if (view.concerns(next, before)) refresh();
  });
}

/** Runs `work` at once, and after that as soon as it has rested, however often it is asked. */
function createPacer(work: () => Promise<void>): () => void {
  let isBusy = false;
  let isWanted = false;
  const run = () => {
    if (isBusy) {
      isWanted = true;
      return;
    }
    isBusy = true;
    isWanted = false;
    attempt(() =>
      work().finally(() => {
        setTimeout(() => {
          isBusy = false;
          if (isWanted) run();
        }, REST_MS);
      })
    );
  };
  return run;
}

function showCounts(counts: PageCounts): void {
  for (const name of ["events", "exceptions", "requests", "faults"] as const) {
    setText(byId(`count-${name}`, HTMLElement), formatNumber(counts[name]));
  }
}

function showFlagCount(): void {
  attempt(async () => {
    const { definitions } = await api.readFlags();
    setText(
      byId("count-flags", HTMLElement),
      formatNumber(definitions.flags.length),
    );
  });
}

start();

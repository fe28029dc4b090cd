import type { PlannedFault } from "../src/dev/types.ts";
import { api } from "./api.ts";
import { byId, element, showItems, toggle } from "./dom.ts";
import { formatNumber } from "./format.ts";
import { attempt } from "./problem.ts";
import type { View } from "./view.ts";

/** The view of what is to go wrong. */
export function createFaultsView(): View {
  byId("faults-form", HTMLFormElement).addEventListener("submit", (event) => {
    event.preventDefault();
    attempt(async () => show((await api.planFault(readForm())).faults));
  });
  byId("faults-clear", HTMLButtonElement).addEventListener("click", () => {
    attempt(async () => show((await api.clearFaults()).faults));
  });
  return {
    name: "faults",
    concerns: (counts, before) => counts.version !== before?.version,
    async refresh() {
      show((await api.readFaults()).faults);
    },
  };
}

function readForm(): object {
  const path = byId("fault-path", HTMLSelectElement).value;
  const answer = byId("fault-answer", HTMLSelectElement).value;
  const status = Number(answer);
  const retryAfter = readNumber("fault-retry");
  const delayMs = readNumber("fault-delay");
  const times = readNumber("fault-times");
  return {
    ...(path !== "" && { path }),
    ...(answer !== "" && (status > 0 ? { status } : { drop: answer })),
    ...(retryAfter !== undefined && { retryAfter }),
    ...(delayMs !== undefined && { delayMs }),
    ...(times !== undefined && { times }),
  };
}

function readNumber(id: string): number | undefined {
  const { value, valueAsNumber } = byId(id, HTMLInputElement);
  return value === "" ? undefined : valueAsNumber;
}

function show(faults: readonly PlannedFault[]): void {
  showItems(
    byId("faults-rows", HTMLTableSectionElement),
    faults.map((fault, index) => ({ fault, index })),
    ({ fault, index }) => JSON.stringify([index, fault]),
    ({ fault }) =>
      element(
        "tr",
        {},
        element("td", {}, describe(fault)),
        element("td", { class: "path" }, fault.path ?? "any path"),
        element("td", { class: "bytes" }, formatNumber(fault.times ?? 1)),
      ),
  );
  toggle(byId("faults-empty", HTMLElement), faults.length === 0);
  toggle(byId("faults-clear", HTMLElement), faults.length > 0);
}

const DROPS = {
  connection: "the connection is dropped",
  answer: "carried out, then the connection is dropped",
  body: "the answer breaks off",
} as const;

function describe(
  { status, drop, retryAfter, delayMs = 0 }: PlannedFault,
): string {
  return [
    ...(delayMs > 0 ? [`after ${formatNumber(delayMs)} ms`] : []),
    ...(status !== undefined ? [`status ${status}`] : []),
    ...(drop !== undefined ? [DROPS[drop]] : []),
    ...(retryAfter !== undefined ? [`Retry-After ${retryAfter} s`] : []),
    ...(status === undefined && drop === undefined
      ? ["answered as usual"]
      : []),
  ].join(", ");
}

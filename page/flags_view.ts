import { describeCondition } from "../src/dev/page/rule_text.ts";
import type { FlagsAnswer } from "../src/dev/page/shapes.ts";
import { api } from "./api.ts";
import { byId, element, setText, showItems, toggle } from "./dom.ts";
import { createFlagEditor } from "./flag_editor.ts";
import {
  type FlagRow,
  isFixed,
  isOn,
  keyOf,
  readConditions,
  readVariants,
  turn,
} from "./flag_row.ts";
import { attempt } from "./problem.ts";
import { createTester } from "./tester.ts";
import type { View } from "./view.ts";

/** The view of flags, to turn, to edit and to try out. */
export function createFlagsView(): View {
  const search = byId("flags-search", HTMLInputElement);
  const tester = createTester();
  let answer: FlagsAnswer | undefined;

  const show = (next: FlagsAnswer) => {
    answer = next;
    const rows = next.definitions.flags as readonly FlagRow[];
    const wanted = search.value.trim().toLowerCase();
    const shown = rows.filter((row) =>
      JSON.stringify(row).toLowerCase().includes(wanted)
    );
    showFlags(shown, turnFlag, (row) => editor.open(row));
    toggle(byId("flags-empty", HTMLElement), rows.length === 0);
    setText(byId("flags-etag", HTMLElement), `ETag ${next.etag}`);
    setText(byId("count-flags", HTMLElement), String(rows.length));
    tester.setFlags(rows.map(keyOf));
  };
  const turnFlag = (row: FlagRow, isTurnedOn: boolean) =>
    attempt(async () => {
      try {
        show(
          await api.editFlag({ key: keyOf(row), row: turn(row, isTurnedOn) }),
        );
      } catch (error) {
        // The switch shows what is, not what was wished for.
        await refresh();
        throw error;
      }
      await tester.repeat();
    });
  const editor = createFlagEditor(async (edit) => {
    show(await api.editFlag(edit));
    await tester.repeat();
  });
  const refresh = async () => show(await api.readFlags());

  search.addEventListener("input", () => answer && show(answer));
  byId("flag-new", HTMLButtonElement).addEventListener("click", () => {
    editor.open(undefined);
  });
  return {
    name: "flags",
    concerns: (counts, before) => counts.flagsVersion !== before?.flagsVersion,
    refresh,
  };
}

function showFlags(
  rows: readonly FlagRow[],
  turnFlag: (row: FlagRow, isTurnedOn: boolean) => void,
  edit: (row: FlagRow) => void,
): void {
  const body = byId("flags-rows", HTMLTableSectionElement);
  // A row whose flag has changed is made anew: who stands in it is put back.
  const focused = document.activeElement;
  const name = focused instanceof HTMLElement
    ? focused.dataset["control"]
    : undefined;
  showItems(
    body,
    rows,
    (row) => JSON.stringify(row),
    (row) => flagRow(row, turnFlag, edit),
  );
  for (const row of rows) {
    const box = body.querySelector(
      `input[data-control=${CSS.escape(`turn ${keyOf(row)}`)}]`,
    );
    if (box instanceof HTMLInputElement) box.checked = isOn(row) ?? true;
  }
  if (name === undefined || focused?.isConnected) return;
  const again = body.querySelector(`[data-control=${CSS.escape(name)}]`);
  if (again instanceof HTMLElement) again.focus();
}

function flagRow(
  row: FlagRow,
  turnFlag: (row: FlagRow, isTurnedOn: boolean) => void,
  edit: (row: FlagRow) => void,
): HTMLElement {
  const key = keyOf(row);
  const on = isOn(row);
  const box = element("input", {
    type: "checkbox",
    role: "switch",
    "aria-label": `${key} is on`,
    "data-control": `turn ${key}`,
    disabled: on === undefined,
    title: on === undefined ? "Everybody gets this value" : undefined,
    checked: on ?? true,
    onchange: () => turnFlag(row, box.checked),
  });
  const description = row["name"];
  return element(
    "tr",
    { class: on === false ? "off" : undefined },
    element("td", { class: "switch" }, box),
    element(
      "td",
      { class: "key" },
      key,
      ...(typeof description === "string" && description !== ""
        ? [element("small", {}, description)]
        : []),
    ),
    element("td", {}, rulesView(row)),
    element(
      "td",
      { class: "act" },
      element("button", {
        type: "button",
        "aria-label": `Edit ${key}`,
        "data-control": `edit ${key}`,
        onclick: () => edit(row),
      }, "Edit"),
    ),
  );
}

function rulesView(row: FlagRow): HTMLElement {
  if (isFixed(row)) {
    return element(
      "span",
      {},
      "everybody: ",
      element("code", {}, JSON.stringify(row["value"])),
    );
  }
  const conditions = readConditions(row);
  const variants = readVariants(row);
  return element(
    "div",
    { class: "rules" },
    conditions.length === 0
      ? element("span", { class: "hint" }, "nobody")
      : element(
        "ol",
        {},
        ...conditions.map((condition) =>
          element("li", {}, describeCondition(condition))
        ),
      ),
    ...(variants.length === 0 ? [] : [element(
      "p",
      { class: "variants" },
      ...variants.map((variant) =>
        element(
          "span",
          { class: "variant" },
          `${variant["key"]} ${variant["rollout_percentage"]} %`,
        )
      ),
    )]),
  );
}

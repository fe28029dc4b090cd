import { isRecord } from "../src/core/guards.ts";
import type { FlagEdit } from "../src/dev/page/shapes.ts";
import { byId, element, setText, toggle } from "./dom.ts";
import {
  type FlagDraft,
  hasForm,
  NEW_FLAG,
  toDraft,
  toRow,
} from "./flag_draft.ts";
import { flagFields } from "./flag_fields.ts";
import { type FlagRow, keyOf } from "./flag_row.ts";
import { toMessage } from "./problem.ts";

/** The dialog in which a flag is edited. */
export interface FlagEditor {
  /** Opens it for a flag; undefined: for a new one. */
  open(row: FlagRow | undefined): void;
}

/** What is being edited: a draft behind the form, or a text. */
type Editing =
  | { readonly kind: "form"; readonly draft: FlagDraft }
  | { readonly kind: "json"; readonly area: HTMLTextAreaElement };

/**
 * The dialog in which a flag is edited.
 *
 * @param save Makes the edit; what it throws is shown, and the dialog stays.
 */
export function createFlagEditor(
  save: (edit: FlagEdit) => Promise<void>,
): FlagEditor {
  const dialog = byId("flag-dialog", HTMLDialogElement);
  const fields = byId("flag-fields", HTMLElement);
  const json = byId("flag-json", HTMLButtonElement);
  const remove = byId("flag-remove", HTMLButtonElement);
  let key: string | undefined;
  let editing: Editing | undefined;

  const fail = (message: string) => showError(message);
  const editForm = (row: FlagRow, focus: string) => {
    const draft = toDraft(row);
    const redraw = (focus: string) => {
      fields.replaceChildren(flagFields(draft, redraw));
      focusOn(fields, focus);
    };
    editing = { kind: "form", draft };
    json.setAttribute("aria-pressed", "false");
    redraw(focus);
  };
  const editJson = (row: FlagRow) => {
    const area = element("textarea", {
      rows: 18,
      spellcheck: "false",
      class: "json",
      "aria-label": "The flag as JSON",
    });
    area.value = JSON.stringify(row, null, 2);
    editing = { kind: "json", area };
    json.setAttribute("aria-pressed", "true");
    fields.replaceChildren(area);
    area.focus();
  };
  const edit = (change: FlagEdit) => {
    save(change).then(() => dialog.close(), (error) => fail(toMessage(error)));
  };

  json.addEventListener("click", () => {
    const row = readRow(editing);
    if (!row) return fail("This is no JSON object");
    showError(undefined);
    if (editing?.kind === "form") editJson(row);
    else if (hasForm(row)) editForm(row, "key");
    else fail("A flag with a fixed value is edited as JSON");
  });
  remove.addEventListener("click", () => {
    if (remove.dataset["sure"] === "yes") return edit({ key });
    remove.dataset["sure"] = "yes";
    remove.textContent = "Remove for good";
  });
  byId("flag-cancel", HTMLButtonElement).addEventListener("click", () => {
    dialog.close();
  });
  byId("flag-form", HTMLFormElement).addEventListener("submit", (event) => {
    event.preventDefault();
    const row = readRow(editing);
    if (row) edit({ key, row });
    else fail("This is no JSON object");
  });

  return {
    open(row) {
      key = row && keyOf(row);
      setText(
        byId("flag-title", HTMLElement),
        key === undefined ? "New flag" : `Flag ${key}`,
      );
      toggle(remove, key !== undefined);
      remove.textContent = "Remove";
      delete remove.dataset["sure"];
      showError(undefined);
      dialog.showModal();
      const shown = row ?? NEW_FLAG;
      if (hasForm(shown)) editForm(shown, "key");
      else editJson(shown);
    },
  };
}

function readRow(editing: Editing | undefined): FlagRow | undefined {
  if (editing?.kind === "form") return toRow(editing.draft);
  try {
    const row: unknown = JSON.parse(editing?.area.value ?? "");
    return isRecord(row) ? row : undefined;
  } catch {
    return undefined;
  }
}

function showError(message: string | undefined): void {
  const shown = byId("flag-error", HTMLElement);
  setText(shown, message ?? "");
  toggle(shown, message !== undefined);
}

function focusOn(fields: HTMLElement, name: string): void {
  const found = fields.querySelector(`[data-focus=${CSS.escape(name)}]`);
  if (found instanceof HTMLElement) found.focus();
}

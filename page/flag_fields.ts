import { element } from "./dom.ts";
import type {
  ConditionDraft,
  FilterDraft,
  FlagDraft,
  VariantDraft,
} from "./flag_draft.ts";

/** The operators, with the words that PostHog shows them by. */
const OPERATORS: readonly (readonly [name: string, words: string])[] = [
  ["exact", "is"],
  ["is_not", "is not"],
  ["icontains", "contains"],
  ["not_icontains", "does not contain"],
  ["starts_with", "starts with"],
  ["ends_with", "ends with"],
  ["regex", "matches the pattern"],
  ["not_regex", "does not match the pattern"],
  ["gt", "is more than"],
  ["gte", "is at least"],
  ["lt", "is less than"],
  ["lte", "is at most"],
  ["is_set", "is set"],
  ["is_not_set", "is not set"],
  ["is_date_before", "is before"],
  ["is_date_after", "is after"],
  ["is_date_exact", "is on"],
  ["semver_eq", "is version"],
  ["semver_gte", "is version, at least"],
  ["semver_lt", "is version, before"],
];

/** Makes the fields of a draft anew, after something was added or removed; `focus` finds who is to have the focus then. */
export type Redraw = (focus: string) => void;

/** The fields of a flag. What is typed goes into the draft at once. */
export function flagFields(draft: FlagDraft, redraw: Redraw): HTMLElement {
  const { conditions, variants } = draft;
  return element(
    "div",
    { class: "fields" },
    element(
      "div",
      { class: "line" },
      textField("Key", draft.key, (text) => draft.key = text, {
        required: true,
        "data-focus": "key",
        class: "grow",
      }),
      switchField(draft),
    ),
    element("h3", {}, "Conditions"),
    element("p", { class: "hint" }, "The first that matches decides."),
    ...conditions.map((condition, index) =>
      conditionFields(draft, condition, index, redraw)
    ),
    addButton("Add condition", "add condition", () => {
      conditions.push({ rest: {}, filters: [], rollout: "100", variant: "" });
      redraw(`rollout ${conditions.length - 1}`);
    }),
    element("h3", {}, "Variants"),
    ...(variants.length === 0
      ? [
        element("p", { class: "hint" }, "None: the flag is on or off."),
        textField(
          "Payload when on, as JSON",
          draft.payload,
          (text) => draft.payload = text,
        ),
      ]
      : variants.map((variant, index) =>
        variantFields(draft, variant, index, redraw)
      )),
    addButton("Add variant", "add variant", () => {
      const left = variants.reduce((sum, { rollout }) => sum - +rollout, 100);
      const rollout = String(Math.max(0, left));
      variants.push({ rest: {}, key: "", rollout, payload: "" });
      redraw(`variant ${variants.length - 1}`);
    }),
  );
}

function conditionFields(
  { conditions, variants }: FlagDraft,
  condition: ConditionDraft,
  index: number,
  redraw: Redraw,
): HTMLElement {
  const { filters } = condition;
  const nth = `condition ${index + 1}`;
  return element(
    "fieldset",
    {},
    element("legend", {}, `Condition ${index + 1}`),
    ...(filters.length === 0
      ? [element("p", { class: "hint" }, "Everybody.")]
      : filters.map((filter, at) =>
        filterFields(condition, filter, [index, at], redraw)
      )),
    element(
      "div",
      { class: "line" },
      textField("Rollout, %", condition.rollout, (text) => {
        condition.rollout = text;
      }, {
        type: "number",
        min: 0,
        max: 100,
        step: "any",
        required: true,
        "data-focus": `rollout ${index}`,
        "aria-label": `Rollout of ${nth}, in percent`,
      }),
      ...(variants.length === 0 ? [] : [selectField(
        "Variant",
        condition.variant,
        [
          ["", "by its share"],
          ...variants.map(({ key }) => [key, key] as const),
        ],
        (text) => condition.variant = text,
        { "aria-label": `Variant of ${nth}` },
      )]),
      element("span", { class: "grow" }),
      addButton("Add filter", `add filter ${index}`, () => {
        filters.push({ rest: {}, key: "", operator: "exact", value: "" });
        redraw(`filter ${index} ${filters.length - 1}`);
      }, `Add a filter to ${nth}`),
      addButton("Remove", `remove condition ${index}`, () => {
        conditions.splice(index, 1);
        redraw("add condition");
      }, `Remove ${nth}`),
    ),
  );
}

function filterFields(
  { filters }: ConditionDraft,
  filter: FilterDraft,
  [index, at]: readonly [condition: number, filter: number],
  redraw: Redraw,
): HTMLElement {
  const nth = `filter ${at + 1} of condition ${index + 1}`;
  const isPresence = /^is_(not_)?set$/.test(filter.operator);
  return element(
    "div",
    { class: "line filter" },
    textField("Property", filter.key, (text) => filter.key = text, {
      required: true,
      class: "grow",
      "data-focus": `filter ${index} ${at}`,
      "aria-label": `Property of ${nth}`,
    }),
    selectField("Operator", filter.operator, OPERATORS, (text) => {
      filter.operator = text;
      redraw(`operator ${index} ${at}`);
    }, {
      "data-focus": `operator ${index} ${at}`,
      "aria-label": `Operator of ${nth}`,
    }),
    ...(isPresence ? [] : [
      textField("Value", filter.value, (text) => filter.value = text, {
        class: "grow",
        title: 'Several as JSON: ["pro", "team"]',
        "aria-label": `Value of ${nth}`,
      }),
    ]),
    addButton("Remove", `remove filter ${index} ${at}`, () => {
      filters.splice(at, 1);
      redraw(`add filter ${index}`);
    }, `Remove ${nth}`),
  );
}

function variantFields(
  { variants }: FlagDraft,
  variant: VariantDraft,
  index: number,
  redraw: Redraw,
): HTMLElement {
  const nth = `variant ${index + 1}`;
  return element(
    "div",
    { class: "line" },
    textField("Variant", variant.key, (text) => variant.key = text, {
      required: true,
      class: "grow",
      "data-focus": `variant ${index}`,
      "aria-label": `Key of ${nth}`,
    }),
    textField("Share, %", variant.rollout, (text) => variant.rollout = text, {
      type: "number",
      min: 0,
      max: 100,
      step: "any",
      required: true,
      "aria-label": `Share of ${nth}, in percent`,
    }),
    textField("Payload", variant.payload, (text) => variant.payload = text, {
      class: "grow",
      "aria-label": `Payload of ${nth}, as JSON`,
    }),
    addButton("Remove", `remove variant ${index}`, () => {
      variants.splice(index, 1);
      redraw("add variant");
    }, `Remove ${nth}`),
  );
}

type Attributes = Readonly<Record<string, string | number | boolean>>;

function textField(
  label: string,
  value: string,
  write: (text: string) => void,
  { class: kind = "", ...attributes }: Attributes = {},
): HTMLElement {
  const input = element("input", {
    autocomplete: "off",
    spellcheck: "false",
    ...attributes,
    value,
    oninput: () => write(input.value),
  });
  return element("label", { class: kind }, label, input);
}

function selectField(
  label: string,
  value: string,
  choices: readonly (readonly [value: string, words: string])[],
  write: (text: string) => void,
  attributes: Attributes,
): HTMLElement {
  const known = choices.some(([name]) => name === value);
  const all = known ? choices : [...choices, [value, value] as const];
  const select = element(
    "select",
    { ...attributes, onchange: () => write(select.value) },
    ...all.map(([name, words]) => element("option", { value: name }, words)),
  );
  select.value = value;
  return element("label", {}, label, select);
}

function switchField(draft: FlagDraft): HTMLElement {
  const box = element("input", {
    type: "checkbox",
    role: "switch",
    checked: draft.isOn,
    onchange: () => draft.isOn = box.checked,
  });
  return element("label", { class: "check" }, box, "On");
}

function addButton(
  words: string,
  focus: string,
  onclick: () => void,
  label?: string,
): HTMLElement {
  return element("button", {
    type: "button",
    "data-focus": focus,
    "aria-label": label,
    onclick,
  }, words);
}

import { isRecord } from "../src/core/guards.ts";
import type {
  ConditionVerdict,
  EvaluationQuestion,
  FlagExplanation,
} from "../src/dev/page/shapes.ts";
import { api } from "./api.ts";
import { byId, element } from "./dom.ts";
import { attempt } from "./problem.ts";

/** Tells what a person gets, and why. */
export interface Tester {
  /** Sets which flags there are to ask for. */
  setFlags(keys: readonly string[]): void;
  /** Asks once more, if somebody has asked: the flags have changed. */
  repeat(): Promise<void>;
}

/** The panel beside the flags. */
export function createTester(): Tester {
  const flag = byId("tester-flag", HTMLSelectElement);
  const shown = byId("tester-answer", HTMLElement);
  let last: EvaluationQuestion | undefined;
  const ask = async (question: EvaluationQuestion) => {
    const { flags } = await api.evaluate(question);
    last = question;
    shown.replaceChildren(...flags.map(explanationView));
    if (flags.length === 0) shown.textContent = "There is no such flag.";
  };
  byId("tester-form", HTMLFormElement).addEventListener("submit", (event) => {
    event.preventDefault();
    attempt(async () => {
      const question = readQuestion(flag.value);
      if (question) await ask(question);
    });
  });
  return {
    setFlags(keys) {
      const chosen = flag.value;
      flag.replaceChildren(
        element("option", { value: "" }, "All flags"),
        ...keys.map((key) => element("option", { value: key }, key)),
      );
      flag.value = keys.includes(chosen) ? chosen : "";
    },
    async repeat() {
      if (last) await ask(last);
    },
  };
}

/** Reads the form; undefined where a field is no JSON, which the browser then says at the field. */
function readQuestion(flagKey: string): EvaluationQuestion | undefined {
  const personProperties = readJson("tester-properties");
  const groups = readJson("tester-groups");
  const groupProperties = readJson("tester-group-properties");
  return personProperties && groups && groupProperties && {
    distinctId: byId("tester-person", HTMLInputElement).value,
    personProperties,
    groups,
    groupProperties,
    ...(flagKey !== "" && { flagKey }),
  };
}

function readJson(id: string): Record<string, unknown> | undefined {
  const field = byId(id, HTMLTextAreaElement);
  const json = parse(field.value.trim() || "{}");
  field.setCustomValidity(isRecord(json) ? "" : "This is no JSON object");
  field.addEventListener("input", () => field.setCustomValidity(""), {
    once: true,
  });
  if (isRecord(json)) return json;
  field.closest("details")?.setAttribute("open", "");
  field.reportValidity();
  return undefined;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function explanationView(
  { key, value, because, conditions = [] }: FlagExplanation,
): HTMLElement {
  const isOff = value === false || value === undefined;
  return element(
    "article",
    { class: "explanation" },
    element(
      "p",
      {},
      element("strong", {}, key),
      " is ",
      element(
        "code",
        { class: isOff ? "no" : "yes" },
        value === undefined ? "absent" : JSON.stringify(value),
      ),
      `, because ${because}`,
    ),
    ...(conditions.length === 0
      ? []
      : [element("ol", {}, ...conditions.map(verdictView))]),
  );
}

function verdictView(
  { rule, verdict, isDecisive }: ConditionVerdict,
): HTMLElement {
  return element(
    "li",
    { class: isDecisive ? "decisive" : undefined },
    element("span", {}, rule),
    element("em", {}, isDecisive ? `${verdict}, and decides` : verdict),
  );
}

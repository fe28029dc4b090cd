import { element } from "./dom.ts";

/** Letters of JSON that are read at a glance. */
const SHORT = 48;

/** Shows a value as JSON: in one line where it is short, else indented. */
function jsonView(value: unknown): HTMLElement {
  const line = JSON.stringify(value);
  const text = line.length > SHORT ? JSON.stringify(value, null, 2) : line;
  return element("pre", { class: "json" }, text);
}

/** The properties of an event, with PostHog's own behind those of the application. */
export function sortProperties(
  properties: Readonly<Record<string, unknown>>,
): (readonly [name: string, value: unknown])[] {
  const isOwn = ([name]: readonly [string, unknown]) => !name.startsWith("$");
  const all = Object.entries(properties);
  return [...all.filter(isOwn), ...all.filter((entry) => !isOwn(entry))];
}

/** Shows names and values side by side: texts and numbers as they are, more in lines of their own. */
export function propertiesView(
  properties: Readonly<Record<string, unknown>>,
): HTMLElement {
  const list = element("dl", { class: "properties" });
  for (const [name, value] of sortProperties(properties)) {
    const isDeep = typeof value === "object" && value !== null;
    list.append(
      element("dt", {}, name),
      element("dd", {}, isDeep ? jsonView(value) : scalarView(value)),
    );
  }
  return list;
}

function scalarView(value: unknown): HTMLElement {
  const kind = value === null ? "null" : typeof value;
  return element("span", { class: `value ${kind}` }, String(value));
}

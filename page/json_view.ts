import { element } from "./dom.ts";

/** Shows a value as JSON, indented. */
export function jsonView(value: unknown): HTMLElement {
  return element(
    "pre",
    { class: "json" },
    JSON.stringify(value, null, 2) ?? "",
  );
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

import { isRecord } from "../src/core/guards.ts";
import type { ReceivedEvent } from "../src/dev/types.ts";
import { element } from "./dom.ts";

/** One error of an event, as PostHog's error tracking has it. */
interface ShownError {
  readonly type: string;
  readonly value: string;
  readonly frames: readonly Readonly<Record<string, unknown>>[];
}

/** The errors of an event, the outermost first; none of one that is no exception. */
export function readErrors({ properties }: ReceivedEvent): ShownError[] {
  const list = properties["$exception_list"];
  if (!Array.isArray(list)) return [];
  return list.filter(isRecord).map((error) => ({
    type: String(error["type"] ?? "Error"),
    value: String(error["value"] ?? ""),
    frames: readFrames(error["stacktrace"]),
  }));
}

function readFrames(
  stacktrace: unknown,
): readonly Readonly<Record<string, unknown>>[] {
  const frames = isRecord(stacktrace) ? stacktrace["frames"] : undefined;
  // On the wire the innermost call comes last, where people look for it first.
  return Array.isArray(frames) ? frames.filter(isRecord).toReversed() : [];
}

/** Shows an error with its frames. */
export function errorView({ type, value, frames }: ShownError): HTMLElement {
  const list = element(
    "ol",
    { class: "frames", "aria-label": "Frames, innermost first" },
    ...frames.map(frameView),
  );
  return element(
    "section",
    { class: "error" },
    element("h3", {}, element("span", { class: "type" }, type), ` ${value}`),
    frames.length > 0
      ? list
      : element("p", { class: "hint" }, "There are no frames"),
  );
}

function frameView(frame: Readonly<Record<string, unknown>>): HTMLElement {
  const { function: name, filename, lineno, colno } = frame;
  const place = [filename ?? frame["abs_path"], lineno, colno].filter((part) =>
    part !== undefined
  ).join(":");
  const isOwn = frame["in_app"] === true;
  const line = frame["context_line"];
  return element(
    "li",
    { class: isOwn ? "own" : "foreign" },
    element("span", { class: "function" }, String(name ?? "?")),
    element("span", { class: "place" }, place),
    ...(typeof line === "string"
      ? [element("pre", { class: "json" }, ...sourceLines(frame, line))]
      : []),
  );
}

function sourceLines(
  frame: Readonly<Record<string, unknown>>,
  line: string,
): (Node | string)[] {
  const textOf = (lines: unknown) =>
    Array.isArray(lines) ? lines.map((text) => `  ${text}\n`).join("") : "";
  return [
    textOf(frame["pre_context"]),
    element("mark", {}, `> ${line}\n`),
    textOf(frame["post_context"]),
  ];
}

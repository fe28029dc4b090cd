/** A larger frame ends its connection: letters, which are bytes in all but names and texts of other scripts. */
const MAX_FRAME = 16 * 1024 * 1024;

/** Takes text as it comes. Throws where a frame is too large. */
export type SseParser = (text: string) => void;

/**
 * Creates a parser of an event stream. What comes after the last blank line is kept for the next text.
 *
 * @see {@link https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation}
 */
export function createSseParser(
  onFrame: (event: string, data: string) => void,
): SseParser {
  let line = "";
  let event = "";
  let data: string | undefined;
  /** A CR has ended a line, and an LF that comes now belongs to it. */
  let isAfterCr = false;

  const checkSize = () => {
    if ((data?.length ?? 0) + line.length > MAX_FRAME) {
      throw new RangeError("The frame is too large");
    }
  };
  const endLine = (line: string) => {
    if (line === "") {
      if (data) onFrame(event, data);
      event = "";
      data = undefined;
      return;
    }
    const [, field, value = ""] = /^([^:]*)(?:: ?(.*))?$/s.exec(line) ?? [];
    if (field === "event") event = value;
    if (field !== "data") return;
    data = data === undefined ? value : `${data}\n${value}`;
  };

  return (text) => {
    const isSplit = isAfterCr && text.startsWith("\n");
    if (text !== "") isAfterCr = text.endsWith("\r");
    const lines = text.slice(isSplit ? 1 : 0).split(/\r\n?|\n/);
    const rest = lines.pop() ?? "";
    for (const end of lines) {
      endLine(line + end);
      line = "";
      checkSize();
    }
    // Joined and not searched again: a frame of megabytes comes in thousands of pieces.
    line += rest;
    checkSize();
  };
}

import type { PageCounts } from "../src/dev/page/shapes.ts";
import { byId, setText } from "./dom.ts";

/** How long a stream that the browser gave up rests before it is opened again, in ms. */
const RETRY_MS = 2000;

/**
 * Listens to what changes, and begins anew whenever the stream breaks. A page in the background does not listen: a
 * browser has six connections for all pages of a host.
 */
export function listen(onCounts: (counts: PageCounts) => void): void {
  const shown = byId("connection", HTMLElement);
  let source: EventSource | undefined;
  const tell = (state: "live" | "broken", words: string) => {
    shown.className = state;
    setText(shown, words);
  };
  const open = () => {
    if (source || document.hidden) return;
    const opened = new EventSource("/emulator/changes");
    source = opened;
    opened.onopen = () => tell("live", "Live");
    opened.onmessage = ({ data }) => onCounts(JSON.parse(data));
    opened.onerror = () => {
      tell("broken", "Not connected");
      if (opened.readyState !== EventSource.CLOSED) return;
      close();
      setTimeout(open, RETRY_MS);
    };
  };
  const close = () => {
    source?.close();
    source = undefined;
  };
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) close();
    else open();
  });
  open();
}

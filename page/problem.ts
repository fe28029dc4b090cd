import { Refusal } from "./api.ts";
import { byId, setText } from "./dom.ts";

/** Does something, and says on the page where it fails. */
export function attempt(work: () => Promise<void>): void {
  const shown = byId("problem", HTMLElement);
  work().then(
    () => void (shown.hidden = true),
    (error: unknown) => {
      setText(shown, toMessage(error));
      shown.hidden = false;
    },
  );
}

/** What went wrong, in words. */
export function toMessage(error: unknown): string {
  return error instanceof Refusal
    ? error.message
    : error instanceof TypeError
    ? "The emulator does not answer"
    : String(error);
}

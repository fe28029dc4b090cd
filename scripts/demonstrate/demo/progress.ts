/** One line that says how far it is; dots where nobody watches. */
export interface Progress {
  /** Shows that `done` of `total` are done. */
  show(label: string, done: number, total: number): void;
  /** Clears the line. */
  end(): void;
}

const BAR_WIDTH = 30;
const DOTS = 30;

/** Creates a {@linkcode Progress} on standard output. */
export function createProgress(): Progress {
  const encoder = new TextEncoder();
  const write = (text: string) => Deno.stdout.writeSync(encoder.encode(text));
  return Deno.stdout.isTerminal() ? createBar(write) : createDots(write);
}

function createBar(write: (text: string) => unknown): Progress {
  return {
    show(label, done, total) {
      const filled = Math.round(done / Math.max(total, 1) * BAR_WIDTH);
      write(
        `\r\x1b[K  ${label} ${"█".repeat(filled)}${
          "░".repeat(BAR_WIDTH - filled)
        } ${done}/${total}`,
      );
    },
    end: () => write("\r\x1b[K"),
  };
}

function createDots(write: (text: string) => unknown): Progress {
  let last = "";
  let dots = 0;
  return {
    show(label, done, total) {
      if (label !== last) {
        write(`${last === "" ? "" : "\n"}  ${label} `);
        [last, dots] = [label, 0];
      }
      const due = Math.floor(done / Math.max(total, 1) * DOTS);
      if (due > dots) write(".".repeat(due - dots));
      dots = Math.max(dots, due);
    },
    end: () => write("\n"),
  };
}

/** What a finished program left behind. */
export interface RunResult {
  readonly code: number;
  readonly stdout: string;
  /** Both streams, standard output first. */
  readonly output: string;
}

/** Prints a line on standard output. */
export function say(line: string): void {
  // deno-lint-ignore no-console -- scripts talk to a person
  console.log(line);
}

/** How a program is run. */
export interface RunOptions {
  readonly cwd?: string;
  readonly env?: Record<string, string>;
  /** Sees what the program prints on standard output, as it comes. */
  readonly onPrinted?: (text: string) => void;
}

/** Runs a program to its end and keeps what it prints. */
export async function run(
  command: readonly string[],
  { onPrinted, ...options }: RunOptions = {},
): Promise<RunResult> {
  const [program = "", ...args] = command;
  const child = new Deno.Command(program, {
    args,
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
    ...options,
  }).spawn();
  const [{ code }, stdout, stderr] = await Promise.all([
    child.status,
    readText(child.stdout, onPrinted),
    readText(child.stderr),
  ]);
  return { code, stdout, output: stdout + stderr };
}

async function readText(
  stream: ReadableStream<Uint8Array<ArrayBuffer>>,
  onText?: (text: string) => void,
): Promise<string> {
  let all = "";
  for await (const text of stream.pipeThrough(new TextDecoderStream())) {
    all += text;
    onText?.(text);
  }
  return all;
}

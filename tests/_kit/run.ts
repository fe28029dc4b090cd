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

/** Runs a program to its end and keeps what it prints. */
export async function run(
  command: readonly string[],
  options: { readonly cwd?: string; readonly env?: Record<string, string> } =
    {},
): Promise<RunResult> {
  const [program = "", ...args] = command;
  const { code, stdout, stderr } = await new Deno.Command(program, {
    args,
    stdin: "null",
    ...options,
  }).output();
  const decoder = new TextDecoder();
  const printed = decoder.decode(stdout);
  return { code, stdout: printed, output: printed + decoder.decode(stderr) };
}

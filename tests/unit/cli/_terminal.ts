import { runCli } from "../../../scripts/cli/run.ts";
import type { Terminal } from "../../../scripts/cli/command.ts";

/** What a call of `edgehog` printed, and its exit status. */
export interface Called {
  readonly status: number | undefined;
  readonly said: readonly string[];
  readonly complained: readonly string[];
}

/** Calls `edgehog` in this process. */
export async function call(
  args: readonly string[],
  surroundings: Partial<Terminal> = {},
): Promise<Called> {
  const said: string[] = [];
  const complained: string[] = [];
  const status = await runCli(args, {
    say: (line) => void said.push(line),
    complain: (line) => void complained.push(line),
    env: {},
    directory: ".",
    ...surroundings,
  });
  return { status, said, complained };
}

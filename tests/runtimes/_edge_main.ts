import { runContract } from "./_suite.ts";

/** Strings alone leave the sandbox unchanged: its objects have classes of their own. */
export async function main(bundle: string): Promise<string> {
  return JSON.stringify(await runContract(bundle));
}

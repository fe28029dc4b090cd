import { publint } from "publint";
import { formatMessage } from "publint/utils";

/** Throws unless the packed package is one that bundlers can use; `test:types` looks at its declarations. */
export async function lintPackage(
  tarball: Uint8Array<ArrayBuffer>,
): Promise<void> {
  const problems = await publintProblems(tarball);
  if (problems.length > 0) {
    throw new Error(`The package has problems\n${problems.join("\n")}`);
  }
}

async function publintProblems(
  tarball: Uint8Array<ArrayBuffer>,
): Promise<string[]> {
  const { messages, pkg } = await publint({
    pack: { tarball: tarball.slice().buffer },
    strict: true,
  });
  return messages.map((message) =>
    `publint: ${formatMessage(message, pkg, { color: false }) ?? message.code}`
  );
}

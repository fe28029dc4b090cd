import {
  checkPackage,
  createPackageFromTarballData,
} from "@arethetypeswrong/core";
import { publint } from "publint";
import { formatMessage } from "publint/utils";

/** Throws unless the packed package is one that every resolver and bundler can use. */
export async function lintPackage(
  tarball: Uint8Array<ArrayBuffer>,
): Promise<void> {
  const problems = [
    ...await publintProblems(tarball),
    ...await typeProblems(tarball),
  ];
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

async function typeProblems(tarball: Uint8Array): Promise<string[]> {
  const result = await checkPackage(createPackageFromTarballData(tarball));
  if (result.types === false) return ["types: none found"];
  return result.problems.flatMap((problem) => {
    const { kind, resolutionKind, resolutionOption, ...rest } = {
      resolutionKind: "",
      resolutionOption: "",
      ...problem,
    };
    const where = Object.values(rest).filter((value) =>
      typeof value === "string"
    );
    return [
      `types: ${
        [kind, resolutionKind, resolutionOption, ...where].filter(Boolean).join(
          " ",
        )
      }`,
    ];
  });
}

import {
  checkPackage,
  createPackageFromTarballData,
} from "@arethetypeswrong/core";
import { readFile } from "node:fs/promises";

/** Prints the problems that a resolver, whichever, has with the packed package's declarations, as JSON. */
const tarball = new Uint8Array(await readFile("edgehog.tgz"));
const { types, problems = [] } = await checkPackage(
  createPackageFromTarballData(tarball),
);
console.log(JSON.stringify(types === false ? ["no declarations"] : problems));

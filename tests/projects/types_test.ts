import { testProject } from "./_project.ts";

/** How a compiler finds the package, and as what the file is compiled. */
interface Mode {
  readonly resolution: "node16" | "nodenext" | "bundler" | "node10";
  readonly module: string;
  readonly file: "app.ts" | "app.cts";
}

const MODES: readonly Mode[] = [
  { resolution: "node16", module: "node16", file: "app.ts" },
  { resolution: "node16", module: "node16", file: "app.cts" },
  { resolution: "nodenext", module: "nodenext", file: "app.ts" },
  { resolution: "nodenext", module: "nodenext", file: "app.cts" },
  { resolution: "bundler", module: "esnext", file: "app.ts" },
  { resolution: "node10", module: "commonjs", file: "app.ts" },
];

const COMPILERS = ["ts54", "ts59", "ts6", "ts7"] as const;

/** Where nothing brings `@types/node` along, with what stands in the declarations of every package checked. */
const STRICT = [
  "--noEmit",
  "--strict",
  "--exactOptionalPropertyTypes",
  "--skipLibCheck",
  "false",
  "--target",
  "es2022",
];

testProject("types", async ({ directory, run }, t) => {
  await Deno.copyFile(`${directory}/app.ts`, `${directory}/app.cts`);
  for (const compiler of COMPILERS) {
    const tsc = ["node", `node_modules/${compiler}/bin/tsc`, ...STRICT];
    for (const { resolution, module, file } of MODES) {
      // TypeScript 7 has no old resolution, and 6 says that it is the last with it.
      if (compiler === "ts7" && resolution === "node10") continue;
      const old = compiler === "ts6" && resolution === "node10"
        ? ["--ignoreDeprecations", "6.0"]
        : [];
      for (const lib of ["dom", "webworker"]) {
        const name =
          `${file} compiles by ${compiler}, ${resolution}, es2022 and ${lib} (FLD-060)`;
        await t.step(name, async () => {
          await run(
            ...tsc,
            ...old,
            "--lib",
            `es2022,${lib}`,
            "--moduleResolution",
            resolution,
            "--module",
            module,
            file,
          );
        });
      }
    }
    await t.step(
      `\`await using\` compiles by ${compiler} (FLD-060)`,
      async () => {
        const lib = ["--lib", "esnext,dom"];
        const module = ["--module", "nodenext"];
        await run(...tsc, ...lib, ...module, "using.ts");
      },
    );
  }
});

/** To CommonJS, as Jest runs modules: what a project's Babel or swc does. */
const { transformSync } = require("esbuild");

module.exports = {
  process: (source) => {
    const { code } = transformSync(source, { format: "cjs" });
    return { code };
  },
};

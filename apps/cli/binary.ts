import { lateModules } from "./late-modules.ts"
import { lightenEffect } from "./lighten-effect.ts"
import manifest from "./package.json" with { type: "json" }

/**
 * The standalone program. It reads neither `.env` nor `bunfig.toml` of the directory it is started in: a program that
 * runs as root must not execute what a build context brings along. `package.json` files it reads when a plugin imports a
 * package, as any runtime does: that is how plugins find theirs.
 */
const result = await Bun.build({
  entrypoints: ["src/bin.ts"],
  compile: { outfile: "dist/gantry", autoloadDotenv: false, autoloadBunfig: false, autoloadPackageJson: true },
  conditions: ["gantry-source"],
  define: { GANTRY_VERSION: JSON.stringify(manifest.version) },
  external: ["koffi", "undici"],
  format: "esm",
  target: "bun",
  bytecode: true,
  minify: true,
  plugins: [lateModules, lightenEffect],
  splitting: true
})
if (!result.success) throw new AggregateError(result.logs, "the executable could not be built")

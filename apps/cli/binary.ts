import { rm } from "node:fs/promises"
import { lateModules } from "./late-modules.ts"
import { lightenEffect } from "./lighten-effect.ts"
import manifest from "./package.json" with { type: "json" }
import { runtimeSettings } from "./src/runtime-settings.ts"
import { withStartVariables } from "./start-variables.ts"

const conditions = ["gantry-source"]

/**
 * What plugins import is bundled by itself first. Shared with the program, it would keep all of Effect in what every
 * command loads, of which gantry uses a fraction.
 */
const forPlugins = await Bun.build({
  entrypoints: ["src/plugins/shared-modules.ts"],
  outdir: "dist/for-plugins",
  conditions,
  format: "esm",
  target: "bun",
  plugins: [lateModules, lightenEffect],
  splitting: true
})
if (!forPlugins.success) throw new AggregateError(forPlugins.logs, "what plugins import could not be bundled")

const ownCopy: Bun.BunPlugin = {
  name: "own-copy",
  setup: (build) => {
    build.onResolve({ filter: /\/shared-modules\.ts$/ }, () => ({
      path: `${import.meta.dir}/dist/for-plugins/shared-modules.js`
    }))
  }
}

/**
 * The standalone program. It reads neither `.env` nor `bunfig.toml` of the directory it is started in: a program that
 * runs as root must not execute what a build context brings along. `package.json` files it reads when a plugin imports a
 * package, as any runtime does: that is how plugins find theirs.
 */
const outfile = "dist/gantry"
const result = await Bun.build({
  entrypoints: ["src/bin.ts"],
  compile: { outfile, autoloadDotenv: false, autoloadBunfig: false, autoloadPackageJson: true },
  conditions,
  define: { GANTRY_VERSION: JSON.stringify(manifest.version) },
  external: ["koffi", "undici"],
  format: "esm",
  target: "bun",
  bytecode: true,
  minify: true,
  plugins: [lateModules, lightenEffect, ownCopy],
  splitting: true
})
await rm("dist/for-plugins", { recursive: true })
if (!result.success) throw new AggregateError(result.logs, "the executable could not be built")
const patient = withStartVariables(await Bun.file(outfile).bytes(), runtimeSettings)
if (patient === undefined) console.error(`${outfile} compiles its code at Bun's own pace: starts are slower`)
else await Bun.write(outfile, patient, { mode: 0o755 })

import manifest from "./package.json" with { type: "json" }

const result = await Bun.build({
  entrypoints: ["src/main.ts"],
  compile: { outfile: "dist/gantry", autoloadDotenv: false, autoloadBunfig: false },
  conditions: ["gantry-source"],
  define: { GANTRY_VERSION: JSON.stringify(manifest.version) },
  external: ["@parcel/watcher"],
  format: "esm",
  target: "bun",
  bytecode: true,
  minify: true,
  splitting: true
})
if (!result.success) throw new AggregateError(result.logs, "the executable could not be built")

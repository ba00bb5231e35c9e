import { defineConfig } from "tsup"

/** One output module per source module; declarations come from `tsc`, which knows the strict options. */
export const library = defineConfig({
  entry: ["src/**/*.ts"],
  format: "esm",
  target: "node22",
  platform: "node",
  splitting: true,
  treeshake: false,
  sourcemap: true,
  // `node:sqlite` has no name without the prefix.
  removeNodeProtocol: false,
  dts: false
})

/**
 * One small entry and one chunk per command: `--version` never loads Effect.
 *
 * koffi has a native module, which no bundler can carry: Node finds it in node_modules at run time.
 */
export const program = defineConfig({
  entry: ["src/bin.ts"],
  format: "esm",
  target: "node22",
  platform: "node",
  splitting: true,
  minify: true,
  sourcemap: false,
  removeNodeProtocol: false,
  dts: false,
  noExternal: [/.*/],
  external: ["koffi", "bun:ffi"],
  esbuildOptions: (options) => {
    options.conditions = ["gantry-source"]
    options.legalComments = "none"
  },
  banner: {
    js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);"
  }
})

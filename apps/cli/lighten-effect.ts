/**
 * What Effect does while it loads and gantry has no use for, taken out of the standalone program: a command that lists
 * three images would spend a fifth of its time on it.
 */
const cuts: ReadonlyArray<{ readonly file: RegExp; readonly find: string; readonly replace: string }> = [
  {
    // Fibers are counted for metrics that nobody reads here.
    file: /\/effect\/dist\/esm\/internal\/runtime\.js$/,
    find: ", runtimeFlags.RuntimeMetrics)",
    replace: ")"
  },
  {
    // One of them hashes thirty-five limits. What is left of it is for a plugin that switches metrics on.
    file: /\/effect\/dist\/esm\/internal\/fiberRuntime\.js$/,
    find: "count: 35",
    replace: "count: 1"
  },
  {
    // Asking for the stream opens it; only a pretty logger wants to know, and gantry has its own.
    file: /\/effect\/dist\/esm\/internal\/logger\.js$/,
    find: 'typeof process.stdout === "object" && process.stdout !== null',
    replace: "false"
  }
]

/** A plugin for Bun's bundler. It fails when Effect has changed, so that nothing is lost unnoticed. */
export const lightenEffect: Bun.BunPlugin = {
  name: "lighten-effect",
  setup: (build) => {
    for (const { file, find, replace } of cuts) {
      build.onLoad({ filter: file }, async ({ path }) => {
        const text = await Bun.file(path).text()
        if (text.split(find).length !== 2) throw new Error(`${path} has not exactly one \`${find}\``)
        return { contents: text.replace(find, () => replace), loader: "js" }
      })
    }
  }
}

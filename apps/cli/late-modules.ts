/**
 * Modules of Node whose loading costs a command several milliseconds each (they are JavaScript that Bun has to compile)
 * and that most commands never call. In the standalone program what they export loads them at its first use.
 */
const late = ["child_process", "fs/promises", "net", "stream", "stream/promises", "zlib"]

/** The source of a module that has all the names of `name` and loads it when one of them is used. */
const lateSource = async (name: string, own: Readonly<Record<string, string>> = {}) => {
  const exported = Object.keys(await import(`node:${name}`)).filter((each) => /^[A-Za-z]\w*$/.test(each))
  const names = exported.filter((each) => each !== "default")
  return [
    `let loaded`,
    `const load = () => loaded ??= process.getBuiltinModule("node:${name}")`,
    `const later = (name) => new Proxy(function () {}, {`,
    `  apply: (_, self, given) => Reflect.apply(load()[name], self, given),`,
    `  construct: (_, given) => Reflect.construct(load()[name], given),`,
    `  get: (_, key) => load()[name][key]`,
    `})`,
    ...names.map((each) => `export const ${each} = ${own[each] ?? `/* @__PURE__ */ later("${each}")`}`)
  ].join("\n")
}

/**
 * What digests and random names need, from Bun itself instead of from `node:crypto`, which brings Node's streams along.
 * A hash is made to be updated, copied and read, never to be a stream.
 */
const crypto = {
  createHash: "(algorithm) => new Bun.CryptoHasher(algorithm)",
  randomBytes: "(size) => globalThis.crypto.getRandomValues(Buffer.alloc(size))"
}

/** A plugin for Bun's bundler: what our sources import of the named modules is loaded at its first use. */
export const lateModules: Bun.BunPlugin = {
  name: "late-modules",
  setup: (build) => {
    // Bun resolves modules of Node before it asks a plugin, so the sources must name others.
    const named = new RegExp(`from "node:(crypto|${late.join("|")})"`, "g")
    build.onLoad({ filter: /\/src\/.*\.ts$/ }, async ({ path }) => ({
      contents: (await Bun.file(path).text()).replace(named, (_, name: string) => `from "late:${name}"`),
      loader: "ts"
    }))
    build.onResolve({ filter: /^late:/ }, ({ path }) => ({ namespace: "late", path: path.slice("late:".length) }))
    build.onLoad({ filter: /.*/, namespace: "late" }, async ({ path }) => ({
      contents: await lateSource(path, path === "crypto" ? crypto : {}),
      loader: "js"
    }))
  }
}

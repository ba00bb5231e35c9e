import type { Finding } from "./Finding.ts"
import type { Source } from "./sources.ts"

/** Where the runtime's globals may be used, and why. A path ends with a slash when it means a folder. */
const runtimeGlobals: ReadonlyArray<readonly [path: string, why: string]> = [
  ["apps/cli/", "a program reads its arguments and its environment"],
  ["packages/linux/src/ffi/", "each runtime has its own way into the C library"],
  ["packages/linux/src/in-network.ts", "a process whose thread cannot come home must not go on"],
  ["packages/linux/src/load.ts", "chooses among them"],
  ["packages/linux/src/rootless.ts", "a process learns from its starter in whose namespace it is"],
  ["packages/engine/src/own-ids.ts", "files of a process belong to whom it runs as, who may have no account"],
  ["packages/engine/src/supervisor/", "a process of its own"],
  ["plugins/runtime-namespace/src/init/", "a process of its own"],
  ["plugins/runtime-oci/src/run/", "a process of its own"],
  ["plugins/store-fs/src/pack/", "a process of its own"],
  ["plugins/store-fs/src/unpack/", "a process of its own"],
  ["plugins/registry-http/src/http/backends/", "each runtime has its own HTTP client"]
]

/** Where effects are run: at the edges, and where laws meet a test runner. */
const mayRun = ["apps/", "packages/laws/src/"]

const globals =
  /(?<![.\w$])(?:process\.(?:arch|argv|abort|chdir|cwd\(|emitWarning|env\[|execArgv|execPath|exit\(|exitCode|getBuiltinModule|getegid|geteuid|getgid|getgroups|getuid|hrtime|kill\(|memoryUsage|nextTick|off\(|on\(|once\(|pid\b|platform|ppid|release|report|setegid|seteuid|setgid|setgroups|setuid|stderr|stdin|stdout|title|umask|uptime|version|versions)|globalThis\.process|Bun\.|Deno\.)/

/** The file has a value of its own called `process`. */
const ownProcess = /\b(?:const|let)\s+process\b|[{(,]\s*process\s*[,}:=)]/

const isIn = (path: string, places: ReadonlyArray<string>) =>
  places.some((place) => (place.endsWith("/") ? path.startsWith(place) : path === place))

const eachLine = (source: Source, pattern: RegExp, what: (found: string) => string, rule: string) =>
  source.codeLines.flatMap((line, index): ReadonlyArray<Finding> => {
    const found = pattern.exec(line)?.[0]
    return found === undefined ? [] : [{ rule, path: source.path, line: index + 1, what: what(found) }]
  })

/** Words that belong to certain rooms only. */
export const checkWords = (sources: ReadonlyArray<Source>): ReadonlyArray<Finding> =>
  sources.flatMap((source) => [
    ...(source.room === "src" && !isIn(source.path, mayRun)
      ? eachLine(source, /\bEffect\.run[A-Z]\w*/, (found) => `${found} belongs to apps, laws and tests`, "edges")
      : []),
    ...(source.room === "src" &&
    !isIn(
      source.path,
      runtimeGlobals.map(([path]) => path)
    ) &&
    !ownProcess.test(source.code)
      ? eachLine(source, globals, (found) => `${found.replace(/[[(]$/, "")} is not for this file`, "globals")
      : []),
    ...(source.room === "src" && source.imports.some(({ target }) => target === "node:process")
      ? [{ rule: "globals", path: source.path, line: 1, what: "node:process is imported" }]
      : []),
    ...eachLine(source, /(?:\bas\s+|[<:|&]\s*)any\b(?!\s*[.(])|(?<![\w.$])any\[\]/, () => "the type any", "any"),
    ...eachLine(
      source,
      /\b(?:describe|it|suite|test)(?:\.\w+)*\.(?:only|skip|todo)\b/,
      (found) => `${found}: a test that asks for less`,
      "tests"
    ),
    ...(source.room === "src" ? eachLine(source, /^export \* from/, () => "a barrel", "barrels") : [])
  ])

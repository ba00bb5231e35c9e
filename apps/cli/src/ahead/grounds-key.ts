import { createHash } from "node:crypto"
import { statSync } from "node:fs"
import type { SettingsShape } from "@gantry/core/Settings"
import type { Values } from "../argv/Option.ts"
import { build as table } from "../argv/tables/build.ts"
import { parse } from "../argv/parse.ts"
import type { Terminal } from "../terminal.ts"
import { version } from "../version.ts"

type BuildOptions = Values<(typeof table)["options"]>

/** Options of which the words themselves say everything, and that have no say in where the result goes. */
const plainOptions: ReadonlySet<string> = new Set<keyof BuildOptions>([
  "buildArg",
  "file",
  "jobs",
  "label",
  "network",
  "progress",
  "quiet",
  "tag",
  "target"
])

/** Variables that shells change without anybody meaning anything by it. */
const shellsOwn: ReadonlySet<string> = new Set(["_", "OLDPWD", "PWD", "SHLVL"])

/** A build that is like many others. */
export interface UsualBuild {
  /** A digest of all that the caller says in any way, and of this program. */
  readonly key: string
  readonly options: BuildOptions
}

/**
 * A build whose grounds can be kept, by its command line; undefined for all others. What is told of the caller in some
 * other way, such as its variables, is in the key as a whole: whoever changes any of it is given no answer of before.
 */
export const usualBuild = (
  words: ReadonlyArray<string>,
  args: ReadonlyArray<string>,
  { root, run, self }: SettingsShape,
  { arch, cwd, env, program, stdinIsTerminal, uid }: Terminal
): UsualBuild | undefined => {
  // Sources that are being worked at change without a new version.
  if (version === "dev") return undefined
  const parsed = parse(table, words, args)
  if (!parsed.ok || parsed.value.help || parsed.value.notices.length > 0) return undefined
  const { given, options, unsupported } = parsed.value
  if (unsupported.length > 0 || [...given].some((name) => !plainOptions.has(name))) return undefined
  const programs = self.map((word) => [word, programState(word)])
  const variables = Object.entries(env)
    .filter(([name]) => !shellsOwn.has(name))
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
  const all = [version, programs, program, words, args, cwd, variables, arch, uid, stdinIsTerminal, root, run]
  return { key: createHash("sha256").update(JSON.stringify(all)).digest("hex"), options }
}

/** What tells a program's file from another version of it. */
const programState = (path: string): string => {
  const stat = path.startsWith("/") ? statSync(path, { bigint: true, throwIfNoEntry: false }) : undefined
  return stat === undefined ? "" : `${stat.dev} ${stat.ino} ${stat.size} ${stat.mtimeNs} ${stat.ctimeNs}`
}

import { parse } from "@gantry/build/dockerfile/parse"
import type { ContextTree } from "@gantry/build/context/ContextTree"
import * as Either from "effect/Either"
import type { OpenedContext } from "../contexts/open-context.ts"

/** What is said about the times of a build. */
export interface EpochRequest {
  /** `SOURCE_DATE_EPOCH` of the caller: seconds since 1970, or `context` for the time of what is built. */
  readonly epoch?: number | "context"
  /** When nobody names a time it is that of 1970. */
  readonly reproducible?: boolean
  readonly buildArgs: ReadonlyMap<string, string>
}

/** The name of the argument. Spec: reproducible-builds.org, "SOURCE_DATE_EPOCH specification". */
export const epochName = "SOURCE_DATE_EPOCH"

/**
 * The time that a build may not go beyond: the one that was asked for, else the one that the Dockerfile gives the argument
 * before its first FROM, else 1970 when the build is to be reproducible. Commands that declare the argument see it.
 *
 * `context` is the time of the commit, or of the newest file of an archive. A folder has no time of its own: its files
 * have those of the last checkout, so nothing is known then.
 */
export const epochFor = (
  { buildArgs, epoch: asked, reproducible = false }: EpochRequest,
  context: OpenedContext
): { readonly epoch?: number; readonly buildArgs: ReadonlyMap<string, string> } => {
  const wanted = asked ?? inDockerfile(context.dockerfile.text)
  const epoch = (wanted === "context" ? timeOf(context) : wanted) ?? (reproducible ? 0 : undefined)
  const others = new Map(buildArgs)
  if (epoch !== undefined) return { epoch, buildArgs: others.set(epochName, String(epoch)) }
  if (asked === "context") others.delete(epochName)
  return { buildArgs: others }
}

/** Reads the value of the argument; undefined when it is neither a whole number of seconds nor `context`. */
export const readEpoch = (text: string): number | "context" | undefined =>
  text === "context" ? text : /^\d{1,11}$/.test(text) ? Number(text) : undefined

const inDockerfile = (text: string): number | "context" | undefined => {
  // Hardly a file has it, and reading each twice would cost every cached build several milliseconds.
  if (!text.includes(epochName)) return undefined
  // Whatever is wrong with the file is said when it is built.
  const file = Either.getOrUndefined(parse(text))
  const given = file?.globalArgs.flatMap(({ args }) => args).findLast(({ name }) => name === epochName)
  return given?.default === undefined ? undefined : readEpoch(given.default)
}

const timeOf = ({ committedAt, fromArchive, tree }: OpenedContext): number | undefined =>
  committedAt ?? (fromArchive ? newest(tree) : undefined)

/** Seconds since 1970 of the newest file; undefined when there is none. */
const newest = (tree: ContextTree): number | undefined => {
  let found: bigint | undefined
  const pending = [""]
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    for (const entry of Either.getOrElse(tree.list(next), () => [])) {
      if (entry.type === "dir") pending.push(entry.path)
      else if (found === undefined || entry.mtimeNs > found) found = entry.mtimeNs
    }
  }
  return found === undefined ? undefined : Number(found / 1_000_000_000n)
}

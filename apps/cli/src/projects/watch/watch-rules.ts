import { lstatSync, realpathSync } from "node:fs"
import { posix } from "node:path"
import { compileIgnoreFile, compilePatterns, type IgnoreRules } from "@gantry/build/context/ignore-file"
import { readIgnoreFile } from "@gantry/build/context/read-ignore-file"
import { isRemote } from "@gantry/compose/files/path-of"
import type { Service } from "@gantry/compose/Project"
import type { ServiceWatch } from "@gantry/compose/ServiceHook"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import { plain, type Usage } from "../../commands/Usage.ts"
import { isAllMeant, isMeant, pathBelow, type Patterns } from "./path-filter.ts"

/** What is watched for a service, and how it is told what counts. */
export interface WatchRule extends ServiceWatch {
  readonly service: string
  /** What alone counts, if only some of it does. */
  readonly counting: Patterns | undefined
  /** What does not count. */
  readonly leftOut: ReadonlyArray<Patterns>
}

/** What editors leave for a moment, and what version control keeps. */
const passing = [
  "**/.git",
  "**/.idea",
  "**/*___jb_old___",
  "**/*___jb_tmp___",
  "**/.#*",
  "**/4913",
  "**/*~",
  "**/.*.swp",
  "**/.*.swx",
  "**/.*.swo",
  "**/.*.swn"
]

const compiled = (service: string, patterns: ReadonlyArray<string>): Effect.Effect<IgnoreRules, Usage> =>
  Either.match(compilePatterns(patterns), {
    onLeft: (why) =>
      plain(`service ${service}: a pattern of develop.watch is malformed: ${why}`, "change it in the Compose file"),
    onRight: (rules) => Effect.succeed(rules)
  })

/** What the ignore file of a service's build leaves out. */
const ofBuild = ({ build, name }: Service): Effect.Effect<ReadonlyArray<Patterns>, Usage> => {
  if (build === undefined || isRemote(build.context)) return Effect.succeed([])
  const dockerfile = posix.resolve(build.context, build.dockerfile ?? "Dockerfile")
  const unreadable = plain(
    `service ${name}: the ignore file of its build cannot be read`,
    `gantry compose build ${name} says what is wrong with it`
  )
  const found = readIgnoreFile({ root: build.context, dockerfile })
  if (Either.isLeft(found)) return unreadable
  if (found.right === undefined) return Effect.succeed([])
  const rules = compileIgnoreFile(found.right.text)
  return Either.isLeft(rules) ? unreadable : Effect.succeed([{ below: real(build.context), rules: rules.right }])
}

/** A path without links, as far as it is there. */
const real = (path: string): string => {
  try {
    return realpathSync(path)
  } catch {
    return path
  }
}

const isThere = (path: string): boolean => {
  try {
    return lstatSync(path, { throwIfNoEntry: false }) !== undefined
  } catch {
    return false
  }
}

/** Whether a service mounts a path that has no links in it, so that changes are in its containers anyway. */
export const isMounted = ({ volumes }: Pick<Service, "volumes">, path: string): boolean =>
  volumes.some(
    ({ source, type }) => type === "bind" && source !== undefined && pathBelow(real(source), path) !== undefined
  )

/** The rules of a service. Fails when a path is not there. */
export const rulesOf = (service: Service): Effect.Effect<ReadonlyArray<WatchRule>, Usage> =>
  Effect.gen(function* () {
    const build = yield* ofBuild(service)
    const always = { below: "/", rules: yield* compiled(service.name, passing) }
    return yield* Effect.forEach(service.develop ?? [], (watch) =>
      Effect.gen(function* () {
        if (!isThere(watch.path)) {
          return yield* plain(
            `service ${service.name}: ${watch.path}, which is to be watched, is not there`,
            "make it, or change develop.watch in the Compose file"
          )
        }
        const path = real(watch.path)
        const ignore = yield* compiled(service.name, watch.ignore)
        const include = watch.include.length === 0 ? undefined : yield* compiled(service.name, watch.include)
        return {
          ...watch,
          path,
          service: service.name,
          counting: include === undefined ? undefined : { below: path, rules: include },
          leftOut: [...build, always, { below: path, rules: ignore }]
        } satisfies WatchRule
      })
    )
  })

/** Whether a change of an absolute path counts for a rule. */
export const counts = ({ counting, leftOut, path: root }: WatchRule, path: string): boolean =>
  pathBelow(root, path) !== undefined &&
  (counting === undefined || path === root || isMeant(counting, path)) &&
  !leftOut.some((patterns) => isMeant(patterns, path))

/** Whether nothing below a directory can count for a rule. */
export const skips = ({ leftOut }: Pick<WatchRule, "leftOut">, directory: string): boolean =>
  leftOut.some((patterns) => isAllMeant(patterns, directory))

/** Where in a container a path goes; nothing where the rule copies nothing. */
export const targetOf = ({ path: root, target }: WatchRule, path: string): string | undefined =>
  target === undefined ? undefined : posix.resolve("/", target, pathBelow(root, path) ?? "")

import type { ImageConfig, ProcessConfig } from "@gantry/core/image/ImageConfig"
import type { Platform } from "@gantry/core/image/Platform"
import type { Canonical } from "../key/canonical.ts"
import type { RunMount } from "../dockerfile/RunMount.ts"
import type { CopySource } from "../graph/BuildGraph.ts"
import type { InlineFile } from "./StepExecutor.ts"

/** What is true between two instructions of a stage. A plain value: the same base and instructions give the same state. */
export interface StageState {
  /** The image's settings so far, but for Env, which is `env`. */
  readonly config: Omit<ProcessConfig, "Env">
  /** ENV variables in the order of their first definition. */
  readonly env: ReadonlyMap<string, string>
  /** Declared ARGs in the order of declaration; undefined when declared without a value. */
  readonly args: ReadonlyMap<string, string | undefined>
  /** The stage has a CMD of its own, which an ENTRYPOINT then leaves alone. */
  readonly hasCmd: boolean
  readonly author?: string
  readonly platform: Platform
}

/** A mount of a RUN, variables expanded and its target absolute, and the tree it is from if not the context. */
export interface AskedMount {
  readonly mount: RunMount
  readonly from?: CopySource
}

/** What an instruction asks to be done, apart from the change of state. */
export type StepAction =
  /** Nothing, and no record: ARG enters the keys of the steps that use it. */
  | { readonly kind: "declare" }
  /** Nothing but the settings changed; `change` is all that was set. */
  | { readonly kind: "config"; readonly instruction: string; readonly change: Canonical }
  | {
      readonly kind: "run"
      readonly argv: ReadonlyArray<string>
      /** ENV variables. */
      readonly env: ReadonlyMap<string, string>
      /** Values of declared ARGs that no ENV hides. */
      readonly args: ReadonlyMap<string, string>
      /** Proxy arguments that were given and not declared: seen by the command, not by the key. */
      readonly proxies: ReadonlyMap<string, string>
      readonly cwd: string
      readonly user: string
      readonly network: "default" | "none" | "host"
      readonly files: ReadonlyArray<InlineFile>
      readonly mounts: ReadonlyArray<AskedMount>
    }
  | {
      readonly kind: "copy"
      /** ADD: local archives are unpacked. */
      readonly unpack: boolean
      /** Absent: the context. */
      readonly from?: CopySource
      /** ADD, when a source is an address. `unpack`: archives that are downloaded are unpacked. */
      readonly remote?: { readonly checksum: string; readonly keepGitDir?: boolean; readonly unpack: boolean }
      /** Paths, variables expanded. */
      readonly sources: ReadonlyArray<string>
      readonly inline: ReadonlyArray<InlineFile>
      /** Absolute; a slash at the end means a directory. */
      readonly dest: string
      readonly chown?: string
      readonly chmod?: string
      readonly exclude: ReadonlyArray<string>
      readonly parents: boolean
      /** A layer of its own, whatever it is put on: `--link`. */
      readonly link: boolean
      /** Sources may be missing: `--if-exists`. */
      readonly optional: boolean
    }
  | { readonly kind: "workdir"; readonly path: string; readonly user: string }

/** The search path of an image that has none. Source: BuildKit, default for Linux. */
const defaultPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

/**
 * The state after FROM. ONBUILD triggers are taken out of the settings: they are to be run now, and are not inherited.
 * `base` is absent for scratch.
 */
export const onImage = (base: ImageConfig | undefined, platform: Platform): StageState => {
  const { Env = [], OnBuild: _, ...config }: ProcessConfig = base?.config ?? { WorkingDir: "/" }
  const env = new Map(Env.map(splitPair))
  if (!env.has("PATH")) env.set("PATH", defaultPath)
  return {
    config,
    env,
    args: new Map(),
    hasCmd: false,
    ...(base?.author === undefined ? {} : { author: base.author }),
    platform
  }
}

/** The state after FROM another stage, whose declared ARGs go on. */
export const onStage = (state: StageState): StageState => {
  const { OnBuild: _, ...config } = state.config
  return { ...state, config, hasCmd: false }
}

/** Values as words see them: an ENV hides an ARG of its name, wherever the two stand. */
export const lookup =
  ({ args, env }: Pick<StageState, "args" | "env">) =>
  (name: string): string | undefined =>
    env.get(name) ?? args.get(name)

/** The shell and its option that shell forms are given to. */
export const shellOf = ({ config }: Pick<StageState, "config">): ReadonlyArray<string> =>
  config.Shell ?? ["/bin/sh", "-c"]

/** The settings for the image. Names of ports, volumes and labels are sorted by code unit. */
export const processConfig = ({ config, env }: StageState): ProcessConfig => {
  const { ExposedPorts, Labels, Volumes, ...rest } = config
  return {
    ...rest,
    Env: [...env].map(([name, value]) => `${name}=${value}`),
    ...(ExposedPorts === undefined ? {} : { ExposedPorts: sorted(ExposedPorts) }),
    ...(Volumes === undefined ? {} : { Volumes: sorted(Volumes) }),
    ...(Labels === undefined ? {} : { Labels: sorted(Labels) })
  }
}

const sorted = <A>(record: { readonly [name: string]: A }): { readonly [name: string]: A } =>
  Object.fromEntries(Object.entries(record).toSorted(([a], [b]) => (a < b ? -1 : 1)))

const splitPair = (pair: string): [string, string] => {
  const equals = pair.indexOf("=")
  return equals < 0 ? [pair, ""] : [pair.slice(0, equals), pair.slice(equals + 1)]
}

/** An absolute path in normal form, relative ones resolved against `directory`; no slash at the end but of the root. */
export const resolvePath = (directory: string, path: string): string => {
  const segments: Array<string> = []
  for (const segment of `${path.startsWith("/") ? "" : directory}/${path}`.split("/")) {
    if (segment === "..") segments.pop()
    else if (segment !== "" && segment !== ".") segments.push(segment)
  }
  return `/${segments.join("/")}`
}

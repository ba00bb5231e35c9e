import { ociRuntimes } from "@gantry/core/runtime/choose-launcher"
import type { Option } from "../argv/Option.ts"
import type { Name } from "../argv/tables/names.ts"
import { ownRuntime } from "../argv/values/own-runtime.ts"
import { type Candidate, bareWords, nothing, type Offer, type Things } from "./Offer.ts"

const things = (...each: ReadonlyArray<Things>): Partial<Offer> => ({ things: each })
const words = (...each: ReadonlyArray<string>): Partial<Offer> => ({ words: bareWords(...each) })

/** Values by the name of their option, wherever it occurs. */
const byOption: { readonly [option: string]: Partial<Offer> } = {
  attach: words("stdin", "stdout", "stderr"),
  buildArgFile: things("files"),
  cgroupns: words("host", "private"),
  cidfile: things("files"),
  config: things("directories"),
  envFile: things("files"),
  envFileFormat: words("docker", "dotenv"),
  file: things("files"),
  format: words("json", "jsonarray", "table"),
  healthOnFailure: words("kill", "none", "restart", "stop"),
  iidfile: things("files"),
  input: things("files"),
  ipc: words("host", "none", "private", "shareable"),
  labelFile: things("files"),
  logDriver: words("json-file", "local", "none"),
  logLevel: words("debug", "info", "warn", "error", "fatal"),
  metadataFile: things("files"),
  network: { ...things("networks"), words: bareWords("host", "none") },
  output: things("files"),
  pid: words("host", "private"),
  platform: words("linux/amd64", "linux/arm64"),
  call: words("check", "outline", "targets"),
  progress: words("auto", "plain", "quiet", "rawjson", "tty"),
  pull: words("always", "missing", "never"),
  restart: words("always", "no", "on-failure", "unless-stopped"),
  root: things("directories"),
  run: things("directories"),
  signal: words("HUP", "INT", "KILL", "QUIT", "TERM", "USR1", "USR2"),
  runtime: words(...[ownRuntime, ...ociRuntimes].toSorted()),
  type: words("container", "image", "network", "volume"),
  tz: words("local", "UTC"),
  userns: words("auto", "host", "keep-id"),
  uts: words("host", "private"),
  volume: { ...things("volumes", "files"), after: ":" },
  volumesFrom: things("containers")
}

/** Keys of filters that the help of a command does not list. */
const containerKeys = "ancestor before exited expose health id label name network publish since status volume".split(
  " "
)

/** Values of a filter, by its key. */
const byKey: { readonly [key: string]: Partial<Offer> } = {
  ancestor: things("images"),
  before: things("containers", "images"),
  dangling: words("false", "true"),
  driver: words("bridge", "host", "local", "null"),
  health: words("healthy", "none", "starting", "unhealthy"),
  network: things("networks"),
  since: things("containers", "images"),
  status: words("created", "exited", "paused", "restarting", "running"),
  volume: things("volumes")
}

const filterOffer = (name: Name, about: string, typed: string): Offer => {
  const equals = typed.indexOf("=")
  if (equals !== -1) {
    return { ...nothing, ...byKey[typed.slice(0, equals)], before: typed.slice(0, equals + 1) }
  }
  const keys = name === "ps" ? containerKeys : [...about.matchAll(/([a-z-]+!?)=/g)].map(([, key = ""]) => key)
  return { ...nothing, words: keys.map((value): Candidate => ({ value, about: "" })), after: "=" }
}

/** What the source of a mount is, by the type that is typed before. */
const sources = { bind: "files", image: "images", volume: "volumes" } as const

/** The source of a mount or a secret, once its key is there. */
const sourceOffer = (key: string, typed: string): Offer => {
  const [, before] = /^((?:.*,)?(?:src|source)=)[^,]*$/s.exec(typed) ?? []
  if (before === undefined) return nothing
  const type = /(?:^|,)type=(bind|image|volume)(?:,|$)/.exec(before)?.[1] ?? "volume"
  return { ...nothing, before, things: [key === "secret" ? "files" : sources[type as keyof typeof sources]] }
}

/** What may be the value of an option of which a part is typed. */
export const valueOffer = (name: Name, key: string, option: Option, typed: string): Offer => {
  if (key === "filter") return filterOffer(name, option.about, typed)
  if (key === "secret" || (key === "mount" && option.kind === "list")) return sourceOffer(key, typed)
  const known = byOption[key]
  if (known !== undefined) return { ...nothing, ...known }
  return option.about.startsWith("Write") ? { ...nothing, ...things("files") } : nothing
}

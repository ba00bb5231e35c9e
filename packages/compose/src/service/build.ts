import { isRemote, pathOf } from "../files/path-of.ts"
import type { ServiceBuild } from "../Project.ts"
import { isNull } from "../tree/scalars.ts"
import { textAt } from "../tree/Tree.ts"
import {
  anyText,
  type At,
  defined,
  entries,
  fullText,
  list,
  notice,
  open,
  option,
  type Read,
  say,
  text,
  truth
} from "../read/At.ts"
import { hosts } from "./network/hosts.ts"
import { size } from "../read/measures.ts"
import { pairs, variables } from "../read/pairs.ts"
import { refer, type Scope } from "../read/Scope.ts"
import { serviceIn } from "../texts/service-in.ts"
import { serviceFiles } from "./service-files.ts"
import { ulimits } from "./ulimits.ts"

const names = [
  "additional_contexts",
  "args",
  "cache_from",
  "cache_to",
  "context",
  "dockerfile",
  "dockerfile_inline",
  "entitlements",
  "extra_hosts",
  "isolation",
  "labels",
  "network",
  "no_cache",
  "no_cache_filter",
  "platforms",
  "privileged",
  "provenance",
  "pull",
  "sbom",
  "secrets",
  "shm_size",
  "ssh",
  "tags",
  "target",
  "ulimits"
] as const

/** How a service's image is made, in its long form. */
export const build = (at: At, scope: Scope): ServiceBuild | undefined => {
  if (isNull(at.tree)) return say(at, "it says nothing", "give it a context, such as build: .")
  const fields = open(at, names)
  const isolation = fields.get("isolation")
  if (isolation !== undefined && option(isolation) !== "default") say(isolation, "it cannot be had here")
  const entitlements = fields.get("entitlements")
  if (entitlements !== undefined) notice(entitlements, "has no effect: no step of a build gets rights over the host.")
  for (const useless of ["provenance", "sbom"] as const) {
    const asked = fields.get(useless)
    if (asked !== undefined) notice(asked, "has no effect: images are made without attestations.")
  }
  const inline = fields.read("dockerfile_inline", text)
  const dockerfile = fields.read("dockerfile", fullText)
  const inlineAt = fields.get("dockerfile_inline")
  if (inlineAt !== undefined && dockerfile !== undefined) say(inlineAt, "the build has a dockerfile already")
  return defined({
    context: fields.read("context", place) ?? pathOf(textAt(".", at.tree.place)),
    dockerfile,
    dockerfileInline: inline,
    args: fields.read("args", variables) ?? {},
    target: fields.read("target", option),
    labels: fields.read("labels", pairs) ?? {},
    cacheFrom: fields.read("cache_from", list(text)) ?? [],
    cacheTo: fields.read("cache_to", list(text)) ?? [],
    tags: fields.read("tags", list(text)) ?? [],
    platforms: fields.read("platforms", list(text)) ?? [],
    additionalContexts:
      fields.read(
        "additional_contexts",
        entries((each) => context(each, scope))
      ) ?? {},
    extraHosts: fields.read("extra_hosts", hosts) ?? [],
    network: fields.read("network", option),
    noCache: fields.read("no_cache", truth) ?? false,
    noCacheFilter: fields.read("no_cache_filter", list(text)) ?? [],
    pull: fields.read("pull", truth) ?? false,
    privileged: fields.read("privileged", truth) ?? false,
    secrets: fields.read("secrets", (each) => serviceFiles(each, "secret", scope)) ?? [],
    ssh: fields.read("ssh", list(agent)) ?? [],
    shmSize: fields.read("shm_size", size),
    ulimits: fields.read("ulimits", ulimits) ?? {}
  })
}

/** A directory, absolute, or the address of something elsewhere. */
const place: Read<string> = (at) => {
  const found = fullText(at)
  if (found === undefined || at.tree.kind !== "scalar") return undefined
  return isRemote(found) ? found : pathOf(at.tree)
}

const context = (at: At, scope: Scope): string | undefined => {
  const found = place(at)
  const service = serviceIn(found)
  if (service !== undefined) refer(at, "service", service, scope)
  return found
}

/** `default`, or `id=path`, perhaps with several paths. */
const agent: Read<string> = (at) => {
  const found = anyText(at)
  const equals = found?.indexOf("=") ?? -1
  if (found === undefined || equals === -1) return found
  const paths = found.slice(equals + 1).split(",")
  return `${found.slice(0, equals)}=${paths.map((path) => pathOf(textAt(path, at.tree.place))).join(",")}`
}

import { isNull } from "../tree/scalars.ts"
import type { Tree } from "../tree/Tree.ts"
import { type Fields, notice, say } from "../read/At.ts"

/** What a service would not be without, and cannot have here. */
const refused = {
  cpu_rt_period: "time of the processor in real time cannot be had here",
  cpu_rt_runtime: "time of the processor in real time cannot be had here",
  credential_spec: "service accounts of Windows cannot be had here",
  external_links: "links to containers of others cannot be had here",
  gpus: "graphics processors cannot be had here",
  isolation: "isolation of Windows cannot be had here",
  models: "language models cannot be had here",
  provider: "services of others cannot be had here",
  use_api_socket: "there is no API socket that a service could use"
} as const

const instead: { readonly [name: string]: string } = {
  external_links: "join a network of the other container instead",
  gpus: "give the service the devices of the processor by name, under devices"
}

/** What makes no difference on one machine with Linux. */
const useless = {
  cpu_count: "has no effect on Linux; cpus has.",
  cpu_percent: "has no effect on Linux; cpus has.",
  pull_refresh_after: "has no effect: images are not fetched again because of their age."
} as const

type Refused = keyof typeof refused | keyof typeof useless

/** Attributes of the specification that no service can have here. */
export const refusedNames = [...Object.keys(refused), ...Object.keys(useless)] as ReadonlyArray<Refused>

/** Complains about what cannot be had, and tells what has no effect. */
export const refuse = (fields: Fields<Refused>): void => {
  for (const [name, why] of Object.entries(refused)) {
    const found = fields.get(name as Refused)
    if (found === undefined || isNull(found.tree)) continue
    if (!asksNothing(found.tree)) say(found, why, instead[name])
  }
  for (const [name, sentence] of Object.entries(useless)) {
    const found = fields.get(name as Refused)
    if (found !== undefined) notice(found, sentence)
  }
}

/** What asks for nothing, or for what is usual, is no problem. */
const asksNothing = (tree: Tree): boolean => {
  if (tree.kind === "scalar") return /^(?:false|default|)$/.test(tree.text)
  return tree.kind === "list" && tree.items.length === 0
}

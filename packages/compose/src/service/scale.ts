import type { ServiceResources } from "../Project.ts"
import { type At, type Fields, defined, integer, say } from "../read/At.ts"
import { deploy, mostContainers } from "./deploy.ts"
import { type resourceNames, resources } from "./resources.ts"

/** What both a service and its `deploy` can say. */
export interface Shared {
  readonly scale: number
  readonly restart?: string
  readonly resources: ServiceResources
}

/** Attributes of a service and what says the same in `deploy`. */
const same = [
  ["mem_limit", "memory", "deploy.resources.limits.memory"],
  ["cpus", "cpus", "deploy.resources.limits.cpus"],
  ["pids_limit", "pidsLimit", "deploy.resources.limits.pids"],
  ["mem_reservation", "memoryReservation", "deploy.resources.reservations.memory"]
] as const

type Names = (typeof resourceNames)[number] | "container_name" | "deploy" | "scale"

/** Reads how many containers a service has and what they may use. What is said twice must be the same. */
export const shared = (fields: Fields<Names>, later: At): Shared => {
  const found = fields.read("deploy", deploy)
  const own = resources(fields)
  for (const [name, field, other] of same) {
    const at = fields.get(name)
    if (at === undefined || own[field] === undefined || found?.[field] === undefined) continue
    if (own[field] !== found[field])
      say(at, `it is ${own[field]}, and ${other} is ${found[field]}`, "leave one of them out")
  }
  const scaleAt = fields.get("scale")
  const scale = fields.read("scale", integer(0, mostContainers))
  if (scaleAt !== undefined && scale !== undefined && found?.replicas !== undefined && scale !== found.replicas) {
    say(scaleAt, `it is ${scale}, and deploy.replicas is ${found.replicas}`, "leave one of them out")
  }
  const containers = scale ?? found?.replicas ?? 1
  const nameAt = fields.get("container_name")
  if (nameAt !== undefined && containers > 1) {
    const message = `${containers} containers cannot have one name`
    say({ ...nameAt, report: later.report }, message, "leave container_name out, or have one container")
  }
  const { replicas: _, restart, ...limits } = found ?? {}
  return defined({ scale: containers, restart, resources: defined({ ...own, ...limits }) })
}

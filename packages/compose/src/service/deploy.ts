import { type At, choice, defined, integer, list, notice, open, type Read, say, text } from "../read/At.ts"
import { amount, count, size } from "../read/measures.ts"

/** What `deploy` means on one machine. */
export interface Deploy {
  readonly replicas?: number
  readonly restart?: string
  readonly cpus?: string
  readonly memory?: string
  readonly pidsLimit?: string
  readonly memoryReservation?: string
}

/** Most containers of a service; more are a slip of the keyboard. */
export const mostContainers = 9999

const useless = "has no effect on one machine."

/** Reads `deploy`: what concerns single containers counts, the rest is for clusters. */
export const deploy: Read<Deploy> = (at) => {
  const fields = open(at, [
    "mode",
    "endpoint_mode",
    "replicas",
    "labels",
    "rollback_config",
    "update_config",
    "resources",
    "restart_policy",
    "placement"
  ])
  for (const name of ["endpoint_mode", "labels", "rollback_config", "update_config", "placement"] as const) {
    const found = fields.get(name)
    if (found !== undefined) notice(found, useless)
  }
  fields.read("mode", mode)
  return defined({
    replicas: fields.read("replicas", integer(0, mostContainers)),
    restart: fields.read("restart_policy", restartPolicy),
    ...fields.read("resources", resources)
  })
}

const mode = (at: At): undefined => {
  const found = text(at)
  if (found !== undefined && found !== "replicated") say(at, `services of mode "${found}" cannot be had here`)
}

const restartPolicy: Read<string> = (at) => {
  const fields = open(at, ["condition", "delay", "max_attempts", "window"])
  const condition = fields.read("condition", choice("none", "on-failure", "any")) ?? "any"
  const attempts = fields.read("max_attempts", integer(0))
  for (const name of ["delay", "window"] as const) {
    const found = fields.get(name)
    if (found !== undefined) notice(found, "has no effect: how long is waited before a restart is fixed.")
  }
  if (condition === "none") return "no"
  if (condition === "on-failure") return attempts === undefined ? "on-failure" : `on-failure:${attempts}`
  const attemptsAt = fields.get("max_attempts")
  if (attemptsAt !== undefined) notice(attemptsAt, "has no effect without the condition on-failure.")
  return "always"
}

const resources: Read<Omit<Deploy, "replicas" | "restart">> = (at) => {
  const fields = open(at, ["limits", "reservations"])
  const limits = fields.get("limits")
  const reservations = fields.get("reservations")
  return {
    ...(limits !== undefined && limitsOf(limits)),
    ...(reservations !== undefined && reservationsOf(reservations))
  }
}

const limitsOf = (at: At) => {
  const fields = open(at, ["cpus", "memory", "pids"])
  return defined({
    cpus: fields.read("cpus", amount),
    memory: fields.read("memory", size),
    pidsLimit: fields.read("pids", count(-1))
  })
}

const reservationsOf = (at: At) => {
  const fields = open(at, ["cpus", "memory", "generic_resources", "devices"])
  const cpus = fields.get("cpus")
  if (cpus !== undefined) notice(cpus, useless)
  for (const name of ["generic_resources", "devices"] as const) {
    const found = fields.get(name)
    const wanted = fields.read(
      name,
      list(() => true)
    )
    if (found !== undefined && wanted?.length !== 0) say(found, "devices cannot be reserved here")
  }
  return defined({ memoryReservation: fields.read("memory", size) })
}

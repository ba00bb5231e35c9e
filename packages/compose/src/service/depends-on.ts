import type { Dependency, Service } from "../Project.ts"
import { anyText, type At, choice, entries, open, say, truth } from "../read/At.ts"
import { refer, type Scope } from "../read/Scope.ts"
import { serviceIn } from "../texts/service-in.ts"

const conditions = ["service_started", "service_healthy", "service_completed_successfully"] as const

/** What a service needs, in its long form. */
export const dependsOn = (at: At, scope: Scope): { readonly [service: string]: Dependency } | undefined =>
  entries((each, name): Dependency => {
    refer(each, "service", name, scope)
    const fields = open(each, ["condition", "restart", "required"])
    return {
      condition: fields.read("condition", choice(...conditions)) ?? "service_started",
      restart: fields.read("restart", truth) ?? false,
      required: fields.read("required", truth) ?? true
    }
  })(at)

/** `SERVICE` or `SERVICE:ALIAS`. */
export const link = (at: At, scope: Scope): Service["links"][number] | undefined => {
  const found = anyText(at)
  if (found === undefined) return undefined
  const [service = "", alias = service, ...more] = found.split(":")
  if (service === "" || alias === "" || more.length > 0) return say(at, `"${found}" is not SERVICE[:ALIAS]`)
  refer(at, "service", service, scope)
  return { service, alias }
}

/** What a service needs because it uses something of another one. */
export const impliedNeeds = ({
  ipc,
  links,
  networkMode,
  pid,
  volumesFrom
}: {
  readonly [Field in "ipc" | "networkMode" | "pid"]: string | undefined
} & Pick<Service, "links" | "volumesFrom">): Service["dependsOn"] => {
  const need = (restart: boolean): Dependency => ({ condition: "service_started", restart, required: true })
  const shared = [networkMode, ipc, pid].flatMap((mode) => serviceIn(mode) ?? [])
  const sources = volumesFrom.filter(({ from }) => from === "service").map(({ name }) => name)
  return Object.fromEntries([
    ...sources.map((name) => [name, need(false)] as const),
    ...[...links.map(({ service }) => service), ...shared].map((name) => [name, need(true)] as const)
  ])
}

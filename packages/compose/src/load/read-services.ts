import { didYouMean } from "../read/did-you-mean.ts"
import type { Service } from "../Project.ts"
import { type At, entries, say, sayOfField } from "../read/At.ts"
import { checkKey } from "../read/names.ts"
import { readVariables } from "../service/environment-files.ts"
import type { Scope } from "../read/Scope.ts"
import { type ReadService, service as readService } from "../service/service.ts"
import { circleOf, withNeeds } from "../service-order.ts"
import type { Report } from "../tree/Report.ts"
import { valueOf } from "../tree/Tree.ts"

/** Which services are wanted. */
export interface Wanted {
  /** `*` wants all. */
  readonly profiles: ReadonlyArray<string>
  readonly named: ReadonlyArray<string>
}

/** Services by whether they are wanted. */
export interface Services {
  readonly services: { readonly [name: string]: Service }
  readonly disabled: { readonly [name: string]: Service }
}

/** A service, what is read for it later, and what is wrong with it if it is wanted. */
interface Candidate extends ReadService {
  readonly at: At
  readonly later: Report
}

/** Reads the services of a model and tells those that are wanted from the others. */
export const readServices = (at: At, declared: Scope["declared"], wanted: Wanted): Services => {
  const candidates =
    entries((each, name): Candidate => {
      checkKey(each, "service", name)
      const later = { ...at.report, problems: [] }
      return { ...readService(name, each, { declared, later }), at: each, later }
    })(at) ?? {}
  const all = Object.fromEntries(Object.entries(candidates).map(([name, { service }]) => [name, service]))
  const active = activeServices(all, wanted)
  const services = Object.values(candidates).filter(({ service }) => active.has(service.name))
  for (const {
    at: { report },
    later
  } of services)
    report.problems.push(...later.problems)
  for (const candidate of services) checkNeeds(candidate, all, active)
  const circle = circleOf(Object.fromEntries(services.map(({ service }) => [service.name, service])))
  const first = candidates[circle[0] ?? ""]
  if (first !== undefined) sayOfField(first.at, `services need each other in a circle: ${circle.join(" → ")}`)
  return {
    services: Object.fromEntries(services.map((candidate) => [candidate.service.name, withFiles(candidate)])),
    disabled: Object.fromEntries(Object.entries(all).filter(([name]) => !active.has(name)))
  }
}

/** Those without a profile or with a wanted one, and those that are named, with all that they need. */
const activeServices = (all: Services["services"], { named, profiles }: Wanted): ReadonlySet<string> => {
  const there = named.filter((name) => Object.hasOwn(all, name))
  const wanted = new Set([...profiles, ...there.flatMap((name) => all[name]?.profiles ?? [])])
  const active = Object.values(all).filter(
    (each) => each.profiles.length === 0 || wanted.has("*") || each.profiles.some((profile) => wanted.has(profile))
  )
  return new Set([...active.map(({ name }) => name), ...withNeeds(all, there)])
}

/** A service cannot be wanted without what it requires. */
const checkNeeds = ({ at, service }: Candidate, all: Services["services"], active: ReadonlySet<string>): void => {
  for (const [name, { required }] of Object.entries(service.dependsOn)) {
    const need = Object.hasOwn(all, name) ? all[name] : undefined
    if (need === undefined || active.has(name) || !required) continue
    const tree = valueOf(valueOf(at.tree, "depends_on"), name) ?? at.tree
    const hint = `want one of its profiles (${need.profiles.join(", ")}), or say required: false`
    say(
      { ...at, tree, path: `${at.path}.depends_on.${name}` },
      `the service "${name}" is required and not enabled`,
      hint
    )
  }
}

/** A service with what its files say. */
const withFiles = ({ environmentFiles, labelFiles, service }: Candidate): Service => ({
  ...service,
  environment: { ...Object.fromEntries(readVariables(environmentFiles)), ...service.environment },
  labels: { ...Object.fromEntries(readVariables(labelFiles)), ...service.labels }
})

/** The names that were named and are no services. */
export const unknownNames = (named: ReadonlyArray<string>, { disabled, services }: Services) =>
  named
    .filter((name) => !Object.hasOwn(services, name) && !Object.hasOwn(disabled, name))
    .map((name) => {
      const hint = didYouMean(name, [...Object.keys(services), ...Object.keys(disabled)])
      return {
        path: "",
        // As docker compose says it.
        message: `no such service: ${name}`,
        ...(hint !== undefined && { hint })
      }
    })

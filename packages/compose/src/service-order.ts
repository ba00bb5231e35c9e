import type { Dependency } from "./Project.ts"

/** What the order of services follows from. */
export type Needs = { readonly [name: string]: { readonly dependsOn: { readonly [service: string]: Dependency } } }

/**
 * What each service waits for: the services that it needs and that are there. Of services that need each other in a
 * circle, which `loadProject` refuses, none waits for another, so that everything ends that is done in this order.
 */
export const needsByService = (services: Needs): ReadonlyMap<string, ReadonlyArray<string>> => {
  const waves = wavesOf(services)
  const waveOf = new Map(waves.flatMap((wave, index) => wave.map((name) => [name, index] as const)))
  return new Map(
    waves
      .flat()
      .map((name) => [name, needsOf(services, name).filter((need) => waveOf.get(need)! < waveOf.get(name)!)] as const)
  )
}

/** The services and all that they need, directly or not. */
export const withNeeds = (services: Needs, wanted: Iterable<string>): ReadonlySet<string> => {
  const found = new Set(wanted)
  // A set hands out what is added to it while it is read.
  for (const name of found) for (const need of needsOf(services, name)) found.add(need)
  return found
}

/** The services from which a way leads back to themselves: those of one circle, in its order, or none. */
export const circleOf = (services: Needs): ReadonlyArray<string> => {
  const last = wavesOf(services).at(-1) ?? []
  const rest = new Set(last)
  const seen: Array<string> = []
  // Where each of the last wave needs another one of it, following needs comes round.
  for (let name = last[0]; name !== undefined; name = needsOf(services, name).find((need) => rest.has(need))) {
    const begin = seen.indexOf(name)
    if (begin !== -1) return [...seen.slice(begin), name]
    seen.push(name)
  }
  return []
}

/** All services in waves; what a circle holds back is the last one. */
const wavesOf = (services: Needs): ReadonlyArray<ReadonlyArray<string>> => {
  const waves: Array<Array<string>> = []
  const missing = new Map<string, number>()
  const users = new Map<string, Array<string>>()
  const names = Object.keys(services)
  const place = new Map(names.map((name, index) => [name, index]))
  for (const name of names) {
    const needs = needsOf(services, name)
    missing.set(name, needs.length)
    for (const need of needs) {
      const others = users.get(need)
      if (others === undefined) users.set(need, [name])
      else others.push(name)
    }
  }
  let wave = names.filter((name) => missing.get(name) === 0)
  while (wave.length > 0) {
    waves.push(wave)
    const next: Array<string> = []
    for (const name of wave) {
      missing.delete(name)
      for (const user of users.get(name) ?? []) {
        const left = missing.get(user)! - 1
        missing.set(user, left)
        if (left === 0) next.push(user)
      }
    }
    wave = next.toSorted((a, b) => place.get(a)! - place.get(b)!)
  }
  if (missing.size > 0) waves.push([...missing.keys()])
  return waves
}

/** What a service needs and is there. */
const needsOf = (services: Needs, name: string): ReadonlyArray<string> =>
  Object.hasOwn(services, name)
    ? Object.keys(services[name]!.dependsOn).filter((need) => Object.hasOwn(services, need))
    : []

import { expect } from "vitest"
import * as fc from "fast-check"
import type { Gantry } from "../host/gantry.ts"
import { type Life, type Status, step, torn, type Verb, verbs } from "./LifeModel.ts"
import { settled, supervisorOf, wordsOf } from "./real-life.ts"

type Command = fc.AsyncCommand<Life, Gantry>

const names = ["ada", "bob", "cyd"]

const set = (life: Life, name: string, status: Status): void => {
  const known = life.get(name)
  if (status === "gone") life.delete(name)
  else life.set(name, { passing: known?.passing ?? false, status })
}

/** Model and reality have the same containers, faring alike. */
const agree = async (life: Life, gantry: Gantry): Promise<void> => {
  const seen = await settled(gantry)
  expect(Object.fromEntries(seen)).toEqual(Object.fromEntries([...life].map(([name, { status }]) => [name, status])))
}

interface How {
  readonly runs: boolean
  /** With `--rm`. */
  readonly passing: boolean
  readonly network: "bridge" | "none" | "port"
  readonly volume: boolean
}

/** A container of that name is made, or run, unless there is one: then it is refused. */
const make = (name: string, how: How): Command => ({
  check: () => true,
  toString: () => `${how.runs ? "run -d" : "create"} ${JSON.stringify(how)} ${name}`,
  run: async (life, gantry) => {
    const { network, passing, runs, volume } = how
    const outcome = await gantry.try(
      ...(runs ? ["run", "-d"] : ["create"]),
      ...(passing ? ["--rm"] : []),
      ...(volume ? ["-v", "/data", "-v", `${name}-kept:/kept`] : []),
      ...(network === "port" ? ["-p", "127.0.0.1::80"] : ["--network", network]),
      "--name",
      name,
      "base",
      "sleep",
      "600"
    )
    const free = !life.has(name)
    expect(`${outcome.status} ${outcome.stderr}`).toMatch(free ? /^0 / : /^125 /)
    if (free) life.set(name, { passing, status: runs ? "running" : "created" })
    await agree(life, gantry)
  }
})

/** A verb is said to a container, and heard to its end. */
const say = (verb: Verb, name: string): Command => ({
  check: (life) => life.has(name),
  toString: () => `${verb} ${name}`,
  run: async (life, gantry) => {
    const known = life.get(name)
    if (known === undefined) return
    const { next, ok } = step(verb, known)
    const outcome = await gantry.try(...wordsOf(verb, name))
    expect(`${outcome.status} ${outcome.stderr}`).toMatch(ok ? /^0 / : /^[^0]/)
    // A signal is sent, not waited for.
    if (verb === "kill" && ok) await gantry.try("wait", name)
    set(life, name, next)
    await agree(life, gantry)
  }
})

/** A verb is said to a container by somebody who is killed meanwhile. What comes of it is one of a few things. */
const tear = (verb: Verb, name: string, after: number): Command => ({
  check: (life) => life.has(name),
  toString: () => `${verb} ${name}, killed after ${after} ms`,
  run: async (life, gantry) => {
    const known = life.get(name)
    if (known === undefined) return
    const process = gantry.start(...wordsOf(verb, name))
    const timer = setTimeout(() => process.kill("SIGKILL"), after)
    await process.ended
    clearTimeout(timer)
    // One that is half removed can be removed, and nothing else.
    if (verb.startsWith("rm")) {
      await gantry.ok("rm", "-f", name)
      set(life, name, "gone")
    } else {
      const seen = (await settled(gantry)).get(name) ?? "gone"
      expect(torn(verb, known)).toContain(seen)
      set(life, name, seen)
    }
    await agree(life, gantry)
  }
})

/** The process that keeps a running container is killed: the container ends with it. */
const orphan = (name: string): Command => ({
  check: (life) => ["running", "paused"].includes(life.get(name)?.status ?? ""),
  toString: () => `kill -9 of the supervisor of ${name}`,
  run: async (life, gantry) => {
    const supervisor = supervisorOf(gantry, await gantry.field(name, "{{.Id}}"))
    expect(supervisor).toBeDefined()
    if (supervisor !== undefined) process.kill(supervisor, "SIGKILL")
    const seen = (await settled(gantry)).get(name) ?? "gone"
    // Nobody is left to remove one of --rm: the next command that notices does.
    expect(life.get(name)?.passing === true ? ["exited", "gone"] : ["exited"]).toContain(seen)
    set(life, name, seen)
    await agree(life, gantry)
  }
})

const rename = (from: string, to: string): Command => ({
  check: (life) => life.has(from) && from !== to,
  toString: () => `rename ${from} ${to}`,
  run: async (life, gantry) => {
    const known = life.get(from)
    const outcome = await gantry.try("rename", from, to)
    const free = !life.has(to)
    expect(`${outcome.status} ${outcome.stderr}`).toMatch(free ? /^0 / : /^[^0]/)
    if (free && known !== undefined) {
      life.delete(from)
      life.set(to, known)
    }
    await agree(life, gantry)
  }
})

const prune = (): Command => ({
  check: () => true,
  toString: () => "container prune",
  run: async (life, gantry) => {
    await gantry.ok("container", "prune", "-f")
    for (const [name, { status }] of life) if (status === "created" || status === "exited") life.delete(name)
    await agree(life, gantry)
  }
})

const anyName = fc.constantFrom(...names)
const anyVerb = fc.constantFrom(...verbs)

/** Commands of a life, most of them verbs said to one of three containers. `most`: how many at most. */
export const lives = (most: number): fc.Arbitrary<Iterable<Command>> => {
  const anyHow: fc.Arbitrary<How> = fc.record({
    runs: fc.boolean(),
    passing: fc.boolean(),
    network: fc.constantFrom("bridge", "none", "port"),
    volume: fc.boolean()
  })
  const makes = fc.tuple(anyName, anyHow).map(([whom, how]) => make(whom, how))
  const says = fc.tuple(anyVerb, anyName).map(([what, whom]) => say(what, whom))
  const tears = fc
    .tuple(anyVerb, anyName, fc.integer({ min: 0, max: 250 }))
    .map(([what, whom, after]) => tear(what, whom, after))
  const others = [
    anyName.map(orphan),
    fc.tuple(anyName, anyName).map(([from, to]) => rename(from, to)),
    fc.constant(prune())
  ]
  // One that is named twice comes twice as often.
  return fc.commands([makes, makes, says, says, says, tears, tears, ...others], { maxCommands: most, size: "max" })
}

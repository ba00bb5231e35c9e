import { expect } from "vitest"
import * as fc from "fast-check"
import type { Gantry } from "../host/gantry.ts"
import { until } from "../host/until.ts"
import { type Known, type Life, shouldRun, type Status, step, stoppedBy, torn, type Verb, verbs } from "./LifeModel.ts"
import { lines, publishedPorts, settled, supervisorOf, wordsOf } from "./real-life.ts"

type Command = fc.AsyncCommand<Life, Gantry>

const names = ["ada", "bob", "cyd"]

const set = (life: Life, name: string, status: Status, more: Partial<Known> = {}): void => {
  const known = life.get(name)
  if (status === "gone") life.delete(name)
  else if (known !== undefined) life.set(name, { ...known, ...more, status })
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
  readonly network: "bridge" | "none" | "port" | "town"
  readonly volume: boolean
  readonly restart: Known["restart"]
}

/** A container of that name is made, or run, unless there is one: then it is refused. */
const make = (name: string, how: How): Command => ({
  check: () => true,
  toString: () => `${how.runs ? "run -d" : "create"} ${JSON.stringify(how)} ${name}`,
  run: async (life, gantry) => {
    const { network, runs, volume } = how
    // Both together are refused, whoever has the name.
    const restart = how.passing ? "no" : how.restart
    const passing = how.passing
    if (network === "town" && !(await lines(gantry, "network", "ls", "--format", "{{.Name}}")).includes("town")) {
      await gantry.ok("network", "create", "town")
    }
    const outcome = await gantry.try(
      ...(runs ? ["run", "-d"] : ["create"]),
      ...(passing ? ["--rm"] : ["--restart", restart]),
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
    if (free) {
      life.set(name, {
        passing,
        restart,
        stopped: false,
        status: runs ? "running" : "created",
        network: network === "port" ? "bridge" : network,
        volume: volume ? `${name}-kept` : undefined,
        ports: []
      })
    }
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
    set(life, name, next, { stopped: stoppedBy(verb, known) })
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
      const now = (await settled(gantry)).get(name) ?? "gone"
      // Who was killed was removing one of --rm: that can be finished, and nothing else.
      if (now === "removing") await gantry.ok("rm", "-f", name)
      const seen = now === "removing" ? "gone" : now
      expect(torn(verb, known)).toContain(seen)
      // Who was killed may have stopped it already or not: nobody can tell, so it gets another rule.
      if (seen !== "gone" && known.restart === "unless-stopped") await gantry.ok("update", "--restart", "no", name)
      set(life, name, seen, known.restart === "unless-stopped" ? { restart: "no" } : {})
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
    if (seen === "removing") throw new Error(`nobody finishes the removal of ${name}`)
    // Nobody is left to remove one of --rm: the next command that notices does.
    expect(life.get(name)?.passing === true ? ["exited", "gone"] : ["exited"]).toContain(seen)
    set(life, name, seen)
    await agree(life, gantry)
  }
})

/** The first process of a container is killed, and nobody has asked for it: its rule says what comes. */
const die = (name: string): Command => ({
  check: (life) => life.get(name)?.status === "running",
  toString: () => `kill -9 of the first process of ${name}`,
  run: async (life, gantry) => {
    const known = life.get(name)
    if (known === undefined) return
    const pid = Number(await gantry.field(name, "{{.State.Pid}}"))
    process.kill(pid, "SIGKILL")
    if (known.restart !== "no") {
      await until("it to be started again", async () => {
        const now = await gantry.field(name, "{{.State.Status}} {{.State.Pid}}")
        return now.startsWith("running ") && now !== `running ${pid}`
      })
    } else await gantry.try("wait", name)
    set(life, name, known.restart === "no" ? (known.passing ? "gone" : "exited") : "running")
    await agree(life, gantry)
  }
})

/** What should run is started, as after a reboot, and nothing else. */
const reconcile = (): Command => ({
  check: () => true,
  toString: () => "system reconcile --start",
  run: async (life, gantry) => {
    await gantry.ok("system", "reconcile", "--start")
    for (const [name, known] of life) if (shouldRun(known)) set(life, name, "running", { stopped: false })
    await agree(life, gantry)
  }
})

/** A port is published or taken away, running or not. Of one without a network none can be published. */
const changePort = (verb: "add" | "rm", name: string, port: number): Command => ({
  check: (life) => life.has(name),
  toString: () => `port ${verb} ${name} ${port}`,
  run: async (life, gantry) => {
    const known = life.get(name)
    if (known === undefined) return
    const outcome = await gantry.try("port", verb, name, verb === "add" ? `127.0.0.1::${port}` : String(port))
    const ok = known.network !== "none" && (verb === "add" || known.ports.includes(port))
    expect(`${outcome.status} ${outcome.stderr}`).toMatch(ok ? /^0 / : /^[^0]/)
    const others = known.ports.filter((each) => each !== port)
    if (ok) set(life, name, known.status, { ports: verb === "add" ? [...known.ports, port] : others })
    const now = life.get(name)?.ports ?? []
    if (known.status === "running") expect(await publishedPorts(gantry, name)).toEqual(now.toSorted())
    await agree(life, gantry)
  }
})

/** Volumes and networks that no container has go, and no others. */
const pruneRest = (): Command => ({
  check: () => true,
  toString: () => "volume prune -a, network prune",
  run: async (life, gantry) => {
    await gantry.ok("volume", "prune", "-af")
    await gantry.ok("network", "prune", "-f")
    const kept = [...life.values()].flatMap(({ volume }) => (volume === undefined ? [] : [volume]))
    const volumes = await lines(gantry, "volume", "ls", "-q")
    expect(volumes.filter((name) => name.endsWith("-kept")).toSorted()).toEqual([...new Set(kept)].toSorted())
    expect(volumes.filter((name) => !name.endsWith("-kept"))).toHaveLength(kept.length)
    const lived = [...life.values()].some(({ network }) => network === "town")
    expect((await lines(gantry, "network", "ls", "--format", "{{.Name}}")).includes("town")).toBe(lived)
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
    network: fc.constantFrom("bridge", "none", "port", "town"),
    volume: fc.boolean(),
    restart: fc.constantFrom("no", "no", "always", "unless-stopped")
  })
  const makes = fc.tuple(anyName, anyHow).map(([whom, how]) => make(whom, how))
  const says = fc.tuple(anyVerb, anyName).map(([what, whom]) => say(what, whom))
  const tears = fc
    .tuple(anyVerb, anyName, fc.integer({ min: 0, max: 250 }))
    .map(([what, whom, after]) => tear(what, whom, after))
  const others = [
    anyName.map(orphan),
    anyName.map(die),
    fc
      .tuple(fc.constantFrom("add" as const, "rm" as const), anyName, fc.integer({ min: 81, max: 82 }))
      .map((all) => changePort(...all)),
    fc.constant(reconcile()),
    fc.constant(pruneRest()),
    fc.tuple(anyName, anyName).map(([from, to]) => rename(from, to)),
    fc.constant(prune())
  ]
  // One that is named twice comes twice as often.
  return fc.commands([makes, makes, says, says, says, tears, tears, ...others], { maxCommands: most, size: "max" })
}

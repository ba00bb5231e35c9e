/**
 * `push` to a registry on loopback that has nothing: the images of `pull.ts`, pulled from there by everybody before.
 * Besides: how much memory the processes of ours have at most, also for a single layer of 1 GB.
 */
import { join } from "node:path"
import { type Bench, withBench } from "./bench.ts"
import { onFreshDisk } from "./fresh-disk.ts"
import { contextOf, makeFat, makeHuge, makeLayers } from "./large-images.ts"
import { reportMemory } from "./report-memory.ts"
import { startRegistry } from "./registry.ts"
import { type Contestant, report, timeInTurn } from "./side-by-side.ts"

/** Rounds of the fat image: each compresses 400 MB for everybody. */
const fatRounds = 10

const plainHttp = (name: string): ReadonlyArray<string> => (name === "podman" ? ["--tls-verify=false"] : [])

const measurePushes = ({ gantry, peers, quiet, scratch }: Bench): void => {
  const registry = startRegistry(scratch)
  const make = (name: string, contents: (context: string) => void): string => {
    const image = `${registry.host}/bench/${name}:1`
    quiet(gantry("build", "-t", image, contextOf(join(scratch, name), contents)))
    return image
  }
  /** Nobody finds a layer there; nor is the disk busy with those of another. */
  const empty = (): void => {
    registry.forget()
    quiet({ argv: ["sync"] })
  }
  try {
    for (const { contents, name, rounds, what } of [
      { name: "fat", contents: makeFat, what: "400 MB in 30,000 files", rounds: fatRounds },
      { name: "layers", contents: makeLayers, what: "60 layers", rounds: undefined }
    ]) {
      const image = make(name, contents)
      quiet(gantry("push", "-q", image))
      // All have it from there, and know as much of it as the others.
      quiet(gantry("system", "prune", "-af"))
      quiet(gantry("pull", "-q", image))
      for (const { env, name: peer } of peers) quiet({ argv: [peer, "pull", "-q", ...plainHttp(peer), image], env })
      const theirs = peers.map(({ env, name: peer, version }): Contestant => {
        return { name: peer, version, env, argv: [peer, "push", "-q", ...plainHttp(peer), image] }
      })
      const options = { before: empty, ...(rounds === undefined ? {} : { atMost: rounds }) }
      report(`push of ${what}`, "ms", timeInTurn([gantry("push", "-q", image), ...theirs], options))
      empty()
      reportMemory(what, gantry("push", "-q", image), quiet)
      const all = timeInTurn([gantry("push", "-q", image), ...theirs])
      report(`push of ${what} that are there`, "ms", all)
      for (const { name: peer } of peers) quiet({ argv: [peer, "rmi", "-f", image] })
    }
    const huge = make("huge", makeHuge)
    empty()
    reportMemory("one layer of 1 GB", gantry("push", "-q", huge), quiet)
  } finally {
    registry.stop()
  }
}

onFreshDisk(() => withBench(measurePushes))

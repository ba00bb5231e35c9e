/**
 * `pull` from one registry on loopback: an image of 400 MB in 30,000 files, and one of 60 small layers. Besides: how much
 * memory the processes of ours have at most, also for a single layer of 1 GB.
 */
import { join } from "node:path"
import { type Bench, withBench } from "./bench.ts"
import { onFreshDisk } from "./fresh-disk.ts"
import { contextOf, makeFat, makeHuge, makeLayers } from "./large-images.ts"
import { reportMemory } from "./report-memory.ts"
import { startRegistry } from "./registry.ts"
import { type Contestant, report, timeInTurn } from "./side-by-side.ts"

/** Rounds of the fat image: each writes 400 MB for everybody. */
const fatRounds = 10

const measurePulls = ({ gantry, peers, quiet, scratch }: Bench): void => {
  const registry = startRegistry(scratch)
  const publish = (name: string, make: (context: string) => void): string => {
    const image = `${registry.host}/bench/${name}:1`
    quiet(gantry("build", "-t", image, contextOf(join(scratch, name), make)))
    quiet(gantry("push", image))
    quiet(gantry("system", "prune", "-af"))
    return image
  }
  const forget = (image: string) => (contestant: Pick<Contestant, "name">) => {
    if (contestant.name === "gantry") quiet(gantry("system", "prune", "-af"))
    else {
      try {
        quiet({ argv: [contestant.name, "rmi", "-f", image] })
      } catch {
        // Docker fails when the image is not there, as before the first run.
      }
    }
    quiet({ argv: ["sync"] })
  }
  const memory = (image: string, what: string): void => {
    forget(image)({ name: "gantry" })
    reportMemory(what, gantry("pull", "-q", image), quiet)
  }
  try {
    for (const { make, name, rounds, what } of [
      { name: "fat", make: makeFat, what: "400 MB in 30,000 files", rounds: fatRounds },
      { name: "layers", make: makeLayers, what: "60 layers", rounds: undefined }
    ]) {
      const image = publish(name, make)
      const theirs = peers.map((peer): Contestant => {
        const options = peer.name === "podman" ? ["--tls-verify=false"] : []
        return {
          name: peer.name,
          version: peer.version,
          env: peer.env,
          argv: [peer.name, "pull", "-q", ...options, image]
        }
      })
      const options = { before: forget(image), ...(rounds === undefined ? {} : { atMost: rounds }) }
      report(`pull of ${what}`, "ms", timeInTurn([gantry("pull", "-q", image), ...theirs], options))
      memory(image, what)
      for (const { name: peer } of peers) forget(image)({ name: peer })
    }
    memory(publish("huge", makeHuge), "one layer of 1 GB")
  } finally {
    registry.stop()
  }
}

onFreshDisk(() => withBench(measurePulls))

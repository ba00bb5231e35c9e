/**
 * `pull` from one registry on loopback: an image of 400 MB in 30,000 files, and one of 60 small layers. Besides: how much
 * memory the processes of ours have at most, also for a single layer of 1 GB.
 */
import { randomBytes } from "node:crypto"
import { closeSync, mkdirSync, openSync, writeFileSync, writeSync } from "node:fs"
import { join } from "node:path"
import { inRepository } from "../scripts/repository.ts"
import { type Bench, withBench } from "./bench.ts"
import { startRegistry } from "./registry.ts"
import { type Contestant, report, timeInTurn } from "./side-by-side.ts"

/** Rounds of the fat image: each writes 400 MB for everybody. */
const fatRounds = 10

/** Text that gzip makes half as long, as it does with programs. */
const text = (bytes: number): string => randomBytes(bytes / 2).toString("hex")

const small = { folders: 290, files: 100, bytes: 6000 }
const large = { files: 45, bytes: 5_000_000 }

/** Five layers: four of many small files, one of few large ones. */
const makeFat = (context: string): void => {
  for (let folder = 0; folder < small.folders; folder++) {
    const home = join(context, `part${folder % 4}`, `folder${folder}`)
    mkdirSync(home, { recursive: true })
    for (let file = 0; file < small.files; file++) writeFileSync(join(home, `file${file}.js`), text(small.bytes))
  }
  mkdirSync(join(context, "large"))
  for (let file = 0; file < large.files; file++)
    writeFileSync(join(context, "large", `lib${file}.so`), text(large.bytes))
  const copies = [0, 1, 2, 3].map((part) => `COPY part${part} /app/`)
  writeFileSync(
    join(context, "Dockerfile"),
    ["FROM scratch", ...copies, "COPY large /lib/", 'CMD ["/x"]', ""].join("\n")
  )
}

const makeLayers = (context: string): void => {
  const numbers = Array.from({ length: 60 }, (_, number) => number)
  for (const number of numbers) writeFileSync(join(context, `f${number}`), text(4096 * ((number % 7) + 1)))
  const copies = numbers.map((number) => `COPY f${number} /layers/`)
  writeFileSync(join(context, "Dockerfile"), ["FROM scratch", ...copies, 'CMD ["/x"]', ""].join("\n"))
}

const makeHuge = (context: string): void => {
  const fd = openSync(join(context, "huge"), "w")
  for (let megabyte = 0; megabyte < 1024; megabyte++) writeSync(fd, randomBytes(1024 * 1024))
  closeSync(fd)
  writeFileSync(join(context, "Dockerfile"), 'FROM scratch\nCOPY huge /\nCMD ["/x"]\n')
}

const measurePulls = ({ gantry, peers, quiet, scratch }: Bench): void => {
  const registry = startRegistry(scratch)
  const publish = (name: string, make: (context: string) => void): string => {
    const image = `${registry.host}/bench/${name}:1`
    const context = join(scratch, name)
    mkdirSync(context)
    make(context)
    quiet(gantry("build", "-t", image, context))
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
    const { argv, env } = gantry("pull", "-q", image)
    const watched = [process.execPath, inRepository("bench/peak-memory.ts"), ...argv]
    const { largest, together } = JSON.parse(quiet({ argv: watched, ...(env === undefined ? {} : { env }) })) as {
      readonly largest: number
      readonly together: number
    }
    console.log(
      `  ${what}: the largest process of gantry had ${largest.toFixed(0)} MB, all of them ${together.toFixed(0)} MB of their own`
    )
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

withBench(measurePulls)

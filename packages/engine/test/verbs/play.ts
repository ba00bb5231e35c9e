import { Network } from "@gantry/core/network/Network"
import { Runtime } from "@gantry/core/runtime/Runtime"
import { Effect, Stream } from "effect"
import type { ContainerRecord } from "../../src/containers/ContainerRecord.ts"
import { Containers } from "../../src/containers/Containers.ts"
import { defaults, type RunOptions } from "../../src/containers/RunOptions.ts"
import { create as createWith } from "../../src/verbs/create.ts"
import { start as startVerb } from "../../src/verbs/start.ts"
import { directory, file, image } from "../world.ts"

/** Names for containers that were given none: name0, name1 and so on. */
export const names = () => {
  let number = 0
  return () => `name${number++}`
}

/** Starts a container as somebody who stays to its end. */
export const start = (record: ContainerRecord) => startVerb(record, { stays: true })

/** Makes a container of the image `box`, with these options. */
export const create = (options: Partial<RunOptions> = {}, suggestName = names()) =>
  createWith({ ...defaults, image: "box", ...options }, { suggestName, allCapabilities: ["CHOWN"] })

/** An image that sleeps, with a file at `/data/seed`. */
export const box = image(["box"], { Cmd: ["sleep", "1000"], Labels: { from: "image" } }, [
  directory("data"),
  file("data/seed", "planted")
])

/** A command that ends only when it is killed. */
export const forever = { command: ["sleep", "1000"] }

/** Port 80 on port 8080 of the host. */
export const web = { ports: [{ containerPort: 80, hostPort: 8080, protocol: "tcp" as const }] }

/** All that a process writes, until it ends. */
export const textOf = <E, R>(output: Stream.Stream<{ readonly bytes: Uint8Array }, E, R>) =>
  Stream.runFold(output, "", (text, { bytes }) => text + new TextDecoder().decode(bytes))

/** Who holds a network now. */
export const leases = Effect.flatMap(Network, ({ attached }) => attached)

/** The record of a container. */
export const inspect = (text: string) => Effect.flatMap(Containers, (containers) => containers.find(text))

/** How a container fares. */
export const stateOf = (id: string) => Effect.flatMap(Runtime, (runtime) => runtime.state(id))

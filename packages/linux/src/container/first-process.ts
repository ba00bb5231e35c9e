import { arch } from "node:os"
import type { ContainerSpec } from "@gantry/core/runtime/ContainerSpec"
import { commandVariable } from "./reaper/program.ts"
import { reaperFile } from "./reaper/reaper.ts"

/** Where the container sees it, as with Docker. */
export const firstProcess = "/sbin/docker-init"

/** A spec that has the first process among its mounts, if it asks for one. */
export const withFirstProcess = (spec: ContainerSpec): ContainerSpec => {
  if (!spec.init) return spec
  const content = Buffer.from(reaperFile(arch() === "arm64" ? "arm64" : "x64")).toString("base64")
  return {
    ...spec,
    mounts: [...spec.mounts, { type: "file", target: firstProcess, content, mode: 0o755, uid: 0, gid: 0 }]
  }
}

/** What execve(2) is given. */
export interface Execution {
  readonly program: string
  readonly argv: ReadonlyArray<string>
  readonly env: ReadonlyArray<string>
}

/** The first process in place of a command, which it starts as its child. */
export const throughFirstProcess = ({ argv, env, program }: Execution): Execution => ({
  program: firstProcess,
  argv: [firstProcess, "--", ...argv],
  // The last one: it is found there, and taken away.
  env: [...env, `${commandVariable}=${program}`]
})

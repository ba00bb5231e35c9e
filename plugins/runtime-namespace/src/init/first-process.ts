import type { ContainerSpec, ProcessSpec } from "@gantry/core/runtime/ContainerSpec"
import { cloneTree } from "./binds.ts"
import type { Kernel } from "./Kernel.ts"
import { attach } from "./mount-point.ts"
import { stage, StageFailure } from "./StageFailure.ts"

/** Programs of the host that reap zombies and forward signals, and take the command after `--`. */
const programs = [
  "/usr/libexec/docker/docker-init",
  "/usr/bin/docker-init",
  "/usr/bin/tini-static",
  "/usr/bin/tini",
  "/sbin/tini",
  "/usr/bin/catatonit",
  "/usr/libexec/catatonit/catatonit",
  "/usr/libexec/podman/catatonit"
]

/** Where the container sees it, as with Docker. */
const target = "/sbin/docker-init"

/** Opens the host's reaper when the container asks for one. */
export const holdFirstProcess = (kernel: Kernel, spec: ContainerSpec): number | undefined => {
  if (!spec.init) return undefined
  const found = programs.find((path) => kernel.files.kind(path)?.executable === true)
  if (found === undefined) {
    throw new StageFailure("add a first process", "the host has none: install tini or catatonit, or leave --init out")
  }
  return stage("add a first process", () => cloneTree(kernel, found, false))
}

/** Shows the reaper to the container, and returns the process that starts it with the command behind. */
export const withFirstProcess = (kernel: Kernel, process: ProcessSpec, held: number | undefined): ProcessSpec => {
  if (held === undefined) return process
  stage("add a first process", () => attach(kernel, held, target, "file"))
  return { ...process, argv: [target, "--", ...process.argv] }
}

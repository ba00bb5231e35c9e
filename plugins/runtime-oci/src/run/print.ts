import * as fs from "node:fs"
import { overlayOptions } from "@gantry/linux/container/overlay"
import { overlayData } from "@gantry/linux/overlay"
import { seeWithOwners } from "@gantry/linux/container/mapped-root"
import { rootless } from "@gantry/linux/rootless"
import type { ContainerSpec, RootSource } from "@gantry/core/runtime/ContainerSpec"
import type { Kernel } from "@gantry/linux/container/Kernel"
import { withFirstProcess } from "@gantry/linux/container/first-process"
import { wordsOf } from "@gantry/linux/container/StageFailure"
import { printConfig } from "../config/OciConfig.ts"
import { openBundle } from "./bundle.ts"
import { configOf } from "./config-of.ts"
import { gatherFacts } from "./facts.ts"
import { kernelHere } from "./main.ts"
import type { StartRequest } from "./request.ts"

/**
 * `gantry __oci_config`: reads a request on standard input and prints the `config.json` that the runtime would get, in a
 * mount namespace of its own. Runs nothing.
 */
export const main = (): void => {
  const kernel = kernelHere()
  const { driver, group, spec: asked } = JSON.parse(fs.readFileSync(0, "utf8")) as StartRequest
  const spec = withFirstProcess(asked)
  const bundle = openBundle(kernel, driver.bundles, { ...spec, id: `${spec.id.slice(0, 12)}-${process.pid}` })
  try {
    const looked = toLookAt(kernel, spec)
    const facts = gatherFacts(kernel, looked, {
      bundle: bundle.directory,
      program: driver.program,
      looking: true
    })
    process.stdout.write(printConfig(configOf({ ...spec, mounts: looked.mounts }, group, facts)))
  } catch (error) {
    process.stderr.write(`${wordsOf(error)}\n`)
    process.exitCode = 1
  } finally {
    bundle.close()
  }
}

/** A container whose files are mounted, to be looked at only. */
const toLookAt = (kernel: Kernel, spec: ContainerSpec): ContainerSpec => {
  const trees = spec.mounts.flatMap((mount) => (mount.type === "tree" ? [mount.root] : []))
  const { users } = spec
  if (users !== undefined && rootless() === undefined) {
    const seen = new Set<string>()
    for (const root of [spec.root, ...trees]) seeWithOwners(kernel, root, { users, seen })
  }
  return {
    ...spec,
    root: readOnly(kernel, spec.root),
    mounts: spec.mounts.map((mount) =>
      mount.type === "tree" ? { ...mount, root: readOnly(kernel, mount.root) } : mount
    )
  }
}

/** A root to be looked at only: a running container has its own upper directory in use. */
const readOnly = ({ sys }: Kernel, root: RootSource): RootSource => {
  if (root.type !== "overlay") return root
  sys.chdir(root.directory)
  const made = overlayData({
    lower: [root.upper, ...root.lower],
    ...(root.contents === undefined ? {} : { contents: root.contents, options: overlayOptions() })
  })
  if (!made.ok) throw new Error(`${root.lower.length} layers need ${made.bytes} bytes, the kernel takes ${made.limit}`)
  sys.mount("overlay", root.target, "overlay", 0, made.data)
  sys.chdir("/")
  return { type: "directory", path: root.target }
}

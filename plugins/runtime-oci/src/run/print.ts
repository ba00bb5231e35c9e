import * as fs from "node:fs"
import { overlayOptions } from "@gantry/linux/container/overlay"
import { overlayData } from "@gantry/linux/overlay"
import type { RootSource } from "@gantry/core/runtime/ContainerSpec"
import type { Kernel } from "@gantry/linux/container/Kernel"
import { withFirstProcess } from "@gantry/linux/container/first-process"
import { wordsOf } from "@gantry/linux/container/StageFailure"
import { ociConfig } from "../config/oci-config.ts"
import { printConfig } from "../config/OciConfig.ts"
import { openBundle } from "./bundle.ts"
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
    const facts = gatherFacts(
      kernel,
      { ...spec, root: readOnly(kernel, spec.root) },
      { bundle: bundle.directory, program: driver.program }
    )
    process.stdout.write(
      printConfig(ociConfig(spec, { ...facts, group: facts.user === undefined ? group : undefined }))
    )
  } catch (error) {
    process.stderr.write(`${wordsOf(error)}\n`)
    process.exitCode = 1
  } finally {
    bundle.close()
  }
}

/** The root to be looked at only: a running container has its own upper directory in use. */
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

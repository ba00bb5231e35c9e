/** A build of which nothing has changed: six steps, and thirty. */
import { mkdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { image, withBench } from "./bench.ts"
import { report, timeInTurn } from "./side-by-side.ts"

withBench(({ gantry, peers, quiet, scratch }) => {
  for (const steps of [6, 30]) {
    const context = join(scratch, `context-${steps}`)
    mkdirSync(context)
    writeFileSync(join(context, "file"), "contents\n")
    const runs = Array.from({ length: steps - 2 }, (_, step) => `RUN ["/bin/sh", "-c", "echo ${step} > /step-${step}"]`)
    writeFileSync(
      join(context, "Dockerfile"),
      [`FROM ${image}`, "COPY file /file", ...runs, `CMD ["/bin/true"]`, ""].join("\n")
    )
    const options = ["-t", `gantry-bench:cached-${steps}`, context]
    const all = [
      gantry("build", ...options),
      ...peers.map(({ build, env, name, version }) => ({ name, version, env, argv: [...build, ...options] }))
    ]
    report(`build of ${steps} steps, all cached`, "ms", timeInTurn(all))
    for (const { name } of peers) quiet({ argv: [name, "rmi", "-f", `gantry-bench:cached-${steps}`] })
  }
})

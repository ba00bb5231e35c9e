/** `run --rm IMAGE true` on the default network: what a short command in a container costs. */
import { image, withBench } from "./bench.ts"
import { report, timeInTurn } from "./side-by-side.ts"

withBench(({ gantry, peers }) => {
  for (const network of [undefined, "none"]) {
    const options = ["--rm", ...(network === undefined ? [] : ["--network", network]), image, "/bin/true"]
    const theirs = peers.map(({ env, name, run, version }) => ({ name, version, env, argv: [...run, ...options] }))
    report(`run --rm true, ${network ?? "default"} network`, "ms", timeInTurn([gantry("run", ...options), ...theirs]))
  }
})

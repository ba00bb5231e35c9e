/** `version`: what it costs to start the program at all. */
import { withBench } from "./bench.ts"
import { report, timeInTurn } from "./side-by-side.ts"

withBench(({ gantry, peers }) => {
  const theirs = peers.map(({ env, name, version }) => ({ name, version, env, argv: [name, "version"] }))
  report("version", "ms", timeInTurn([gantry("version"), ...theirs]))
  report(
    "--help",
    "ms",
    timeInTurn([gantry("--help"), ...theirs.map((each) => ({ ...each, argv: [each.name, "--help"] }))])
  )
})

/**
 * What the life of containers costs: `run --rm true`, `exec true`, `ps` of many, and the start of many at once. A word
 * among the arguments measures the rows that have it in their names; without one all are.
 */
import { type Bench, image, withBench } from "./bench.ts"
import type { Peer } from "./peers.ts"
import { type Contestant, report, timeInTurn } from "./side-by-side.ts"

const listed = 200
const together = 50

/** Rounds of what takes seconds each. */
const fewRounds = 5

/** One program, with the words of its commands. */
interface Engine {
  readonly contestant: (...args: ReadonlyArray<string>) => Contestant
  /** As `run` and `create` want it on this machine. */
  readonly made: (verb: "run" | "create", ...args: ReadonlyArray<string>) => Contestant
}

const ours = (gantry: Bench["gantry"]): Engine => ({
  contestant: gantry,
  made: (verb, ...args) => gantry(verb, ...args)
})

const theirs = ({ env, name, run, version }: Peer): Engine => {
  const at = run.indexOf("run")
  const before = run.slice(0, at)
  const contestant = (...args: ReadonlyArray<string>) => ({ name, version, env, argv: [...before, ...args] })
  return { contestant, made: (verb, ...args) => contestant(verb, ...run.slice(at + 1), ...args) }
}

const words = process.argv.slice(2)

withBench(({ gantry, peers, quiet }) => {
  const engines = [ours(gantry), ...peers.map(theirs)]

  const row = (what: string, measure: () => Parameters<typeof report>[2]): void => {
    if (words.length === 0 || words.some((word) => what.includes(word))) report(what, "ms", measure())
  }

  /** Gives each engine such containers while something is measured. */
  const among = <A>(
    verb: "run" | "create",
    names: ReadonlyArray<string>,
    options: ReadonlyArray<string>,
    measure: () => A
  ): A => {
    try {
      for (const { made } of engines) {
        for (const name of names) quiet(made(verb, ...options, "--name", name, image, "/bin/sleep", "600"))
      }
      return measure()
    } finally {
      for (const { contestant } of engines) {
        try {
          quiet(contestant("rm", "-f", ...names))
        } catch {
          console.error(`${contestant().name}: not all containers of this row could be removed`)
        }
      }
    }
  }

  const named = (how: number) => Array.from({ length: how }, (_, at) => `gantry-bench-life-${at}`)

  for (const network of [undefined, "none"]) {
    const options = network === undefined ? [] : ["--network", network]
    row(`run --rm true, ${network ?? "default"} network`, () =>
      timeInTurn(engines.map(({ made }) => made("run", "--rm", ...options, image, "/bin/true")))
    )
  }
  row("exec true", () => {
    const [name = ""] = named(1)
    return among("run", [name], ["-d"], () =>
      timeInTurn(engines.map(({ contestant }) => contestant("exec", name, "/bin/true")))
    )
  })
  row(`ps with ${listed} containers`, () =>
    among("create", named(listed), ["--network", "none"], () =>
      timeInTurn(engines.map(({ contestant }) => contestant("ps", "-a")))
    )
  )
  row(`start of ${together} at once`, () => {
    const names = named(together)
    const script = `pids=; for each in ${names.join(" ")}; do "$@" "$each" & pids="$pids $!"; done; for each in $pids; do wait $each || exit 1; done`
    const starts = engines.map(({ contestant }) => {
      const { argv, ...rest } = contestant("start")
      return { ...rest, argv: ["sh", "-c", script, "sh", ...argv] }
    })
    return among("create", names, [], () =>
      timeInTurn(starts, {
        atMost: fewRounds,
        before: (timed) => {
          const engine = engines.find(({ contestant }) => contestant().name === timed.name)
          if (engine !== undefined) quiet(engine.contestant("stop", "-t", "0", ...names))
        }
      })
    )
  })
})

import type { ContainerSpec } from "@gantry/core/runtime/ContainerSpec"
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"

/** Command lines with a certain behaviour, in the words of what the bench's root file system holds. */
export interface BenchCommands {
  /** Ends at once with a code. */
  readonly exit: (code: number) => ReadonlyArray<string>
  /** Writes one text to standard output and another to standard error, then ends with 0. Plain words only. */
  readonly print: (out: string, err: string) => ReadonlyArray<string>
  /** Writes a line, then waits until its standard input ends, then ends with 0. */
  readonly wait: ReadonlyArray<string>
  /** Writes a line, then goes on until it is killed. */
  readonly forever: ReadonlyArray<string>
  /** Writes one line for each process it can see, then the line `end`, then waits as `wait` does. */
  readonly processes: ReadonlyArray<string>
  /** Is nowhere to be found. */
  readonly missing: ReadonlyArray<string>
}

/** Where the runtime laws make their containers, and what they can see from outside. */
export interface RuntimeBenchShape {
  /**
   * A container nobody has made before, that can run the bench's commands. What it stands on is taken away with the scope, and the
   * container itself with it when a law left it behind.
   */
  readonly spec: (argv: ReadonlyArray<string>) => Effect.Effect<ContainerSpec, unknown, Scope.Scope>
  readonly commands: BenchCommands
  /** How many processes of the host belong to the container, those that only look after it left out. */
  readonly processes: (id: string) => Effect.Effect<number>
  /** How many file systems the host sees mounted for the container. */
  readonly mounts: (id: string) => Effect.Effect<number>
}

/** The service tag of {@link RuntimeBenchShape}. */
export class RuntimeBench extends Context.Tag("@gantry/laws/RuntimeBench")<RuntimeBench, RuntimeBenchShape>() {}

/** The commands for a root file system with a POSIX `sh` and `sleep`, where /proc is mounted. */
export const shellCommands: BenchCommands = {
  exit: (code) => ["sh", "-c", `exit ${code}`],
  print: (out, err) => ["sh", "-c", `echo ${out}; echo ${err} >&2`],
  wait: ["sh", "-c", "echo begun; read -r line; exit 0"],
  forever: ["sh", "-c", "echo begun; while true; do sleep 1000; done"],
  // The shell itself expands the names, so that it starts no process which would be counted.
  processes: ["sh", "-c", "for p in /proc/[0-9]*; do echo $p; done; echo end; read -r line; exit 0"],
  missing: ["no-such-command-anywhere"]
}

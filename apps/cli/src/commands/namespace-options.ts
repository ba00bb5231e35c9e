import type { RunOptions } from "@gantry/engine/containers/RunOptions"
import * as Effect from "effect/Effect"
import type { Values } from "../argv/Option.ts"
import type { Result } from "../argv/Result.ts"
import type { create } from "../argv/tables/run.ts"
import { parseIpcMode, parseNamespaceMode, parsePidMode } from "../argv/values/namespace-mode.ts"
import { unlessEmpty, valueOf } from "./read-values.ts"
import { refused, type Usage } from "./Usage.ts"

type Options = Pick<Values<(typeof create)["options"]>, "cgroupns" | "hostname" | "ipc" | "network" | "pid" | "uts">

/** `--pid`, `--ipc`, `--uts` and `--cgroupns`. */
export const namespacesOf = (options: Options): Effect.Effect<RunOptions["namespaces"], Usage> =>
  Effect.gen(function* () {
    const mode = <Mode>(kind: "cgroupns" | "ipc" | "pid" | "uts", parse: (text: string) => Result<Mode>) => {
      const text = options[kind] ?? ""
      return valueOf(`--${kind}`, text, parse(text))
    }
    const uts = yield* mode("uts", parseNamespaceMode("uts"))
    if (uts === "host" && unlessEmpty(options.hostname) !== undefined) {
      return yield* refused("conflicting options: hostname and the UTS mode", "leave out --hostname or --uts")
    }
    return {
      pid: yield* mode("pid", parsePidMode),
      ipc: yield* mode("ipc", parseIpcMode),
      uts,
      cgroup: yield* mode("cgroupns", parseNamespaceMode("cgroupns"))
    }
  })

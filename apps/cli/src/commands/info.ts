import { createHash } from "node:crypto"
import { readFileSync } from "node:fs"
import { availableParallelism, hostname, machine, release, totalmem } from "node:os"
import { Runtime } from "@gantry/core/runtime/Runtime"
import { Containers } from "@gantry/engine/containers/Containers"
import { Images } from "@gantry/engine/images/Images"
import { detectCgroups, hostCgroups } from "@gantry/linux/cgroup-layout"
import * as Effect from "effect/Effect"
import { info as table } from "../argv/tables/surroundings.ts"
import { infoFacts, infoText } from "../show/info-facts.ts"
import { dockerVersion, version } from "../version.ts"
import { define } from "./define.ts"
import { installedRuntimes } from "./runtime-option.ts"
import { printObject } from "./print-object.ts"
import { shownState } from "../show/shown-state.ts"

/** `gantry info`. */
export default define(table, ({ options: { format = "" } }, { settings, terminal }) =>
  Effect.gen(function* () {
    const runtime = yield* Runtime
    const records = yield* (yield* Containers).list
    const kinds = yield* Effect.forEach(records, (record) =>
      Effect.map(runtime.state(record.id), (state) => shownState(record, state).kind)
    )
    const running = kinds.filter((kind) => kind === "running" || kind === "restarting").length
    const paused = kinds.filter((kind) => kind === "paused").length
    const { env } = terminal
    const facts = infoFacts({
      root: settings.root,
      runtime: runtime.name,
      runtimes: installedRuntimes(),
      version: terminal.program === "docker" ? dockerVersion : version,
      containers: { running, paused, stopped: kinds.length - running - paused },
      images: (yield* (yield* Images).list).length,
      cgroups: hostCgroups().version,
      limits: detectCgroups().version !== "none",
      id: idOf(`${read("/etc/machine-id").trim()}\0${settings.root}`),
      host: {
        name: hostname(),
        ...system(read("/etc/os-release")),
        kernel: release(),
        machine: machine(),
        processors: availableParallelism(),
        memory: totalmem(),
        forwarding: read("/proc/sys/net/ipv4/ip_forward").trim() === "1",
        root: terminal.uid === 0
      },
      proxy: {
        http: env["HTTP_PROXY"] ?? env["http_proxy"] ?? "",
        https: env["HTTPS_PROXY"] ?? env["https_proxy"] ?? "",
        none: env["NO_PROXY"] ?? env["no_proxy"] ?? ""
      },
      now: terminal.now()
    })
    if (format === "") {
      terminal.out(infoText(facts))
      for (const warning of facts.Warnings ?? []) terminal.err(`${warning}\n`)
      return 0
    }
    return yield* printObject(format, facts, { command: "info", maps: ["Runtimes"], terminal })
  })
)

/** A file's text; none when it cannot be read: a host need not have it. */
const read = (path: string): string => {
  try {
    return readFileSync(path, "utf8")
  } catch {
    return ""
  }
}

/** Spec: os-release(5). */
const system = (text: string): { readonly system: string; readonly systemVersion: string } => {
  const value = (name: string) => new RegExp(`^${name}="?([^"\\n]*)"?$`, "m").exec(text)?.[1] ?? ""
  return { system: value("PRETTY_NAME"), systemVersion: value("VERSION_ID") }
}

/** A name for an engine that stays as long as the engine: twelve groups of four, as Docker's. */
const idOf = (text: string): string => {
  const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
  const bytes = [...createHash("sha512").update(text).digest()].slice(0, 48)
  return bytes.map((byte, at) => `${at > 0 && at % 4 === 0 ? ":" : ""}${letters[byte % 32] ?? ""}`).join("")
}

import { Launcher, type LauncherShape } from "@gantry/core/runtime/Launcher"
import { Settings } from "@gantry/core/Settings"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { holdPlan, joinPlan, launchPlan, type PlanOptions, usualLaunch } from "./plan.ts"

/** How processes become those of containers. */
export const sequences = () => import("./init/sequences.ts").then(({ sequences: all }) => all)

/** A process in its own Linux namespaces, made by system calls. Needs root, setpriv(1) and unshare(1), and nsenter(1) for namespaces of other containers. */
export const make = (options: PlanOptions): LauncherShape => ({
  name: "namespace",
  abilities: { hostMounts: true, networks: true, limits: true, exec: true, terminals: true, pause: true },
  launch: (spec) => launchPlan(options, spec),
  usual: usualLaunch(options.self),
  sequences,
  hold: (spec) => holdPlan(options, spec),
  join: (spec, first, process, { privileged }) => joinPlan(options, spec, { first, process, privileged })
})

/** For the CLI, where the settings say it. */
export const makeSettings: Effect.Effect<LauncherShape, never, Settings> = Effect.map(Settings, ({ run, self }) =>
  make({ self, filters: `${run}/filters` })
)

/** For programs that know how gantry is started. */
export const layer = (options: PlanOptions): Layer.Layer<Launcher> => Layer.sync(Launcher, () => make(options))

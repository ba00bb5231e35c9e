import { randomBytes } from "node:crypto"
import { constants } from "node:os"
import type { SettingsShape } from "@gantry/core/Settings"
import { isFrozen } from "@gantry/linux/cgroup-frozen"
import { detectCgroups } from "@gantry/linux/cgroup-layout"
import { groupOf } from "@gantry/engine/containers/containers-group"
import { execProcess } from "@gantry/engine/containers/exec-process"
import { containerEvent } from "@gantry/engine/events/actors"
import { appendEvent } from "@gantry/engine/events/append-event"
import { journalOf } from "@gantry/engine/events/journal-files"
import { directing } from "@gantry/engine/supervisor/direct"
import { joinGroup } from "@gantry/engine/supervisor/group"
import { launch } from "@gantry/engine/supervisor/launch"
import { type Environment, parseEnv, variableText } from "../argv/values/env.ts"
import { proxiedSignals } from "../proxied-signals.ts"
import type { ExecAhead } from "./join-ahead.ts"
import { joinPlan, sequences } from "./plans.ts"

/**
 * `gantry exec` without the engine, for the usual case: no terminal, no file of variables, no privileges, and all of it
 * in order. Returns the exit status, or that the command has to be carried out as all others are: because it is not a
 * usual one, or because it failed, which the engine has the words for. Half of the time of such a command is that of
 * loading the engine.
 */
export const execAtOnce = async (
  ahead: ExecAhead,
  { instance, root, run }: SettingsShape,
  env: Environment
): Promise<number | "failed" | "unusual"> => {
  const { argv, container, first, inherit, job, options } = ahead
  const { detach, interactive, user, workdir } = options
  const variables = options.env.map((text) => parseEnv(text, env))
  const unusual =
    options.privileged ||
    options.envFile.length > 0 ||
    options.detachKeys !== undefined ||
    // Its supervisor alone has the values.
    job.withheld !== undefined ||
    user === "" ||
    (workdir !== undefined && !workdir.startsWith("/")) ||
    variables.some((each) => !each.ok)
  const group = groupOf({ instance, root }, container.id)
  if (unusual || isFrozen(detectCgroups(), group)) return "unusual"
  const process_ = execProcess(container.spec, {
    argv,
    env: variables.flatMap((each) => (each.ok ? [variableText(each.value)] : [])),
    tty: false,
    stdin: interactive && !detach,
    privileged: false,
    allCapabilities: [],
    ...(user === undefined ? {} : { user }),
    ...(workdir === undefined ? {} : { workdir })
  })
  const plan = joinPlan({ filters: `${run}/filters` }, job.spec, { first, process: process_, privileged: false })
  const launched = await launch(
    { plan, stdin: false, inherit, wiring: [], group: joinGroup(group), onOutput: () => undefined },
    ahead.join,
    directing(sequences)
  )
  if (launched.type === "failed") return "failed"
  const execID = randomBytes(32).toString("hex")
  const tell = (action: string, more: { readonly [name: string]: string } = {}): void =>
    appendEvent(journalOf(root), {
      at: Date.now(),
      ...containerEvent(container, action, { execID, ...more })
    })
  const command = argv.join(" ")
  tell(`exec_create: ${command}`)
  tell(`exec_start: ${command}`)
  if (detach) return 0
  for (const name of proxiedSignals) process.on(name, () => launched.signal(constants.signals[name]))
  const { code } = await launched.ended
  tell("exec_die", { exitCode: String(code) })
  return code
}

import * as fs from "node:fs"
import { PR_SET_CHILD_SUBREAPER, RLIMIT_NOFILE } from "@gantry/linux/constants"
import { groupsOf } from "@gantry/linux/cgroup-layout"
import { type Control, expect } from "@gantry/linux/container/control"
import { ownerOutside } from "@gantry/core/runtime/IdMaps"
import type { Kernel } from "@gantry/linux/container/Kernel"
import { lendStreams } from "@gantry/linux/container/lend-streams"
import { stage, StageFailure } from "@gantry/linux/container/StageFailure"
import { rootless } from "@gantry/linux/rootless"
import { printConfig } from "../config/OciConfig.ts"
import { defaultUmask, processOf } from "../config/process.ts"
import { handOver, openConsole } from "./console.ts"
import { userHere } from "./facts.ts"
import { isSandbox } from "./host.ts"
import { foundWithoutPath, identityIn, type Inside, openInside, requireFirst, requireProgram } from "./inside.ts"
import { invoke } from "./invoke.ts"
import type { JoinRequest } from "./request.ts"
import { letGo } from "./start.ts"
import { waitFor } from "./wait.ts"

/**
 * Has a runtime start a further process in a container, and waits for its end. Returns the exit status.
 *
 * Nothing ties the process to whoever wanted it: it goes on when they go away, and ends with the container.
 */
export const join = (kernel: Kernel, control: Control, request: JoinRequest): number => {
  const { sys } = kernel
  sys.prctl(PR_SET_CHILD_SUBREAPER, 1)
  sys.umask(0)
  if (request.users !== undefined) lendStreams(kernel, ownerOutside(request.users, { uid: 0, gid: 0 }))
  const { directory, remove } = scratch(request)
  try {
    const { pid, terminal } = enter(kernel, request, directory)
    control.send({ type: "ready", pid, placed: true })
    expect(control, "go")
    if (terminal !== undefined) handOver(sys, control, terminal)
    remove()
    control.begun()
    letGo(sys)
    return waitFor(sys, pid, {})
  } finally {
    remove()
  }
}

const scratch = ({ driver, id }: JoinRequest) => {
  const directory = `${driver.bundles}/${id.slice(0, 12)}-exec-${process.pid}`
  fs.mkdirSync(directory, { recursive: true, mode: 0o700 })
  return { directory, remove: () => fs.rmSync(directory, { recursive: true, force: true }) }
}

const unseen: Inside = { at: () => undefined, close: () => undefined }

const enter = (kernel: Kernel, { driver, first, id, process }: JoinRequest, directory: string) => {
  const { sys } = kernel
  // Of a sandbox nothing is known but what the caller says: users by number, and a command that is there or not.
  const sealed = isSandbox(driver.program)
  const inside = sealed ? unseen : stage("join container", () => openInside(sys, `/proc/${first.pid}/root`))
  try {
    requireFirst(first)
    stage(`enter ${process.cwd}`, () => {
      if (!sealed && inside.at(process.cwd, (place) => fs.statSync(place).isDirectory()) !== true) {
        throw new StageFailure(`enter ${process.cwd}`, "no such file or directory")
      }
    })
    const who = identityIn(kernel, inside, process)
    const { hard: hardFiles } = sys.getrlimit(RLIMIT_NOFILE)
    const config = processOf(sealed ? process : foundWithoutPath(inside, process), {
      who,
      hardFiles,
      user: userHere(kernel)
    })
    if (!sealed) requireProgram(inside, { ...process, env: config.env })
    fs.writeFileSync(`${directory}/process.json`, printConfig(config), { mode: 0o600 })
  } finally {
    inside.close()
  }
  sys.chdir(directory)
  const console = process.tty ? stage("open terminal", () => openConsole(sys)) : undefined
  // runc gives a process that joins the mask of whoever calls it, and not that of its description.
  sys.umask(process.umask ?? defaultUmask)
  const files = ["--process", `${directory}/process.json`, "--pid-file", `${directory}/pid`]
  invoke(driver, {
    stage: "join container",
    directory,
    args: ["exec", "--detach", ...files, ...(console?.args ?? []), id],
    stdio: "inherit",
    // The command begins at once, and a runtime knows nothing of the groups of a user's container.
    groups: rootless() === undefined ? [] : groupsOf(first.pid)
  })
  const started = Number(fs.readFileSync(`${directory}/pid`, "utf8"))
  const terminal = console === undefined ? undefined : stage("open terminal", console.take)
  sys.chdir("/")
  return { pid: started, terminal }
}

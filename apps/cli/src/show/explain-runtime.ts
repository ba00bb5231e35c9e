import type { CommandNotFound, RuntimeError } from "@gantry/core/runtime/RuntimeError"
import { type Explanation, optional } from "./Explanation.ts"

/** What is said of processes and containers that do not run. */
export const explainRuntime = (failure: RuntimeError): Explanation => {
  switch (failure._tag) {
    case "CommandNotFound":
      return { what: failure.message, ...lackOf(failure), status: 127 }
    case "CommandNotExecutable":
      return {
        what: failure.message,
        // ENOEXEC: it may be executed, and the kernel does not know what it is.
        todo: /exec format error/i.test(failure.message)
          ? "it is for another kind of processor, or a script without a first line such as #!/bin/sh: run it through its interpreter"
          : "make it executable, or run it through its interpreter",
        status: 126
      }
    case "IsolationRefused":
      return {
        what: `the container could not be ${asPassive(failure.stage)}`,
        why: failure.message,
        ...optional(isolationHint(failure.why))
      }
    case "NotRunning":
      return { what: failure.message, todo: "start it first: gantry start NAME" }
  }
}

const lackOf = ({ command, lacks }: CommandNotFound): Pick<Explanation, "why" | "todo"> => {
  if (lacks !== undefined) {
    const todo =
      "install what its first line names, or what it was linked for (file and ldd say that); or link it statically"
    return { why: lacks, todo }
  }
  if (command.includes("/")) return { why: "the container has no such file", todo: "check the spelling" }
  return {
    why: "no file of that name in the container's PATH",
    todo: "check the spelling, or name it by its full path"
  }
}

/** What was wanted of the container; most stages are parts of its start. */
const asPassive = (stage: string): string => {
  if (stage === "pause it") return "paused"
  if (stage === "let it go on") return "let go on"
  return stage.startsWith("change its ") || stage.startsWith("publish port ") ? "changed" : "started"
}

const isolationHint = (why: string): string | undefined => {
  if (/listens on port 53/.test(why))
    return "have it listen on addresses of its own, or create it in a network of yours: --network NAME"
  if (/delegated to this user/.test(why))
    return "go without limits and pause; gantry doctor says how a user is given control groups"
  if (/delegated to another session/.test(why))
    return "run it by systemd-run --user --scope -p Delegate=yes gantry …, as the first command was"
  if (/cannot show files with other owners/.test(why))
    return "go without idmap and --userns auto there: ext4, xfs, btrfs and tmpfs can do it"
  if (/range of user numbers/.test(why)) return "gantry doctor says how a user is given one"
  return /EPERM|not permitted/i.test(why)
    ? "namespaces and mounts need root here; gantry doctor tells what this host lacks"
    : undefined
}

import type { ServiceHook } from "../../ServiceHook.ts"
import { type At, defined, list, open, option, type Read, say, truth } from "../../read/At.ts"
import { callersVariables } from "../../read/pairs.ts"
import { command } from "../command.ts"

/** A command in a container of a service, in its long form; `undefined` where it has no command to run. */
export const hook = (at: At): ServiceHook | undefined => {
  const fields = open(at, ["command", "environment", "privileged", "user", "working_dir"])
  const words = fields.read("command", command)
  if (fields.get("command") === undefined || words?.length === 0) {
    return say(at, "it has no command", "add command: [NAME, ARGUMENT, …]")
  }
  return defined({
    command: words ?? [],
    environment: fields.read("environment", callersVariables) ?? {},
    privileged: fields.read("privileged", truth) ?? false,
    user: fields.read("user", option),
    workingDir: fields.read("working_dir", option)
  })
}

/** Commands that are run one after the other; none is the same as nothing. */
export const hooks: Read<ReadonlyArray<ServiceHook>> = (at) => {
  const found = list(hook)(at)
  return found?.length === 0 ? undefined : found
}

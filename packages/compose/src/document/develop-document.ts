import type { ServiceHook, ServiceWatch } from "../ServiceHook.ts"
import { said, sorted } from "./said.ts"

/** A command in a container in its long form. */
export const hookDocument = ({ command, environment, privileged, user, workingDir }: ServiceHook) =>
  said({ command, user, privileged, working_dir: workingDir, environment: sorted(environment) })

/** What is watched, in its long form. */
export const developDocument = (rules: ReadonlyArray<ServiceWatch>) => ({
  watch: rules.map(({ action, exec, ignore, include, initialSync, path, target }) =>
    said({
      path,
      action,
      target,
      exec: exec === undefined ? undefined : hookDocument(exec),
      include,
      ignore,
      initial_sync: initialSync
    })
  )
})

import { findProgram } from "../find-program.ts"
import type { Environment } from "../settings.ts"
import { HolderRefused } from "./HolderRefused.ts"

/** The programs that make and enter namespaces. Throws `HolderRefused` where one is missing; `what` fails then. */
export const utilLinux = (env: Environment, what: string): { readonly nsenter: string; readonly unshare: string } => {
  const of = (name: string): string => {
    const path = findProgram(name, env["PATH"])
    if (path === undefined) throw new HolderRefused(what, `there is no ${name}`, "install util-linux")
    return path
  }
  return { nsenter: of("nsenter"), unshare: of("unshare") }
}

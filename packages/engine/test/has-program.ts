import { spawnSync } from "node:child_process"

/** Whether this machine has a program that some tests compare with. They are skipped where it is missing. */
export const hasProgram = (name: string): boolean =>
  spawnSync(name, ["--version"], { stdio: "ignore" }).error === undefined

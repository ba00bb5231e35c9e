import { spawnSync } from "node:child_process"
import { fileURLToPath } from "node:url"

/** What the tests of this package may need from the machine, each with the name under which a test is skipped. */
export interface Ability {
  readonly name: string
  readonly there: boolean
}

const works = (command: string, ...args: ReadonlyArray<string>) => spawnSync(command, args).status === 0

/** Asked of the shell: one runtime looks at the mode alone, which says nothing about root. */
const writable = (path: string) => works("test", "-w", path)

export const namespaces: Ability = {
  name: "new mount, network and host name namespaces (root)",
  there: works("unshare", "-m", "-n", "-u", "true")
}

export const cgroupV1: Ability = {
  name: "a writable cgroup v1 tree",
  there: writable("/sys/fs/cgroup/memory") && writable("/sys/fs/cgroup/devices")
}

/** The v2 tree of a machine in hybrid mode, or of one in v2 mode. */
export const unifiedTree = ["/sys/fs/cgroup/unified", "/sys/fs/cgroup"].find((path) => writable(`${path}/cgroup.procs`))

export const cgroupV2: Ability = { name: "a writable cgroup v2 tree", there: unifiedTree !== undefined }

/** The end of a test's name: says what is missing when it is skipped. */
export const needs = (...abilities: ReadonlyArray<Ability>): { readonly skip: boolean; readonly suffix: string } => {
  const missing = abilities.filter(({ there }) => !there).map(({ name }) => name)
  const suffix = missing.length === 0 ? "" : ` [SKIPPED, needs: ${missing.join("; ")}]`
  return { skip: missing.length > 0, suffix }
}

/** A program of this folder, run as a child under one of the runtimes. */
export const program = (name: string): string => fileURLToPath(new URL(`programs/${name}`, import.meta.url))

const binary = (name: string) => fileURLToPath(new URL(`../../../node_modules/.bin/${name}`, import.meta.url))

/** How each runtime starts a TypeScript file. */
export const runtimes: ReadonlyArray<readonly [name: string, ...command: ReadonlyArray<string>]> = [
  ["Node", binary("node")],
  ["Bun", binary("bun")],
  ["Deno", binary("deno"), "run", "-A"]
]

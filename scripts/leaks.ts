import { existsSync, readdirSync, readFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { run } from "./repository.ts"

/** What engines and their tests may leave on a host, one line each. */
export type Traces = ReadonlySet<string>

const read = (path: string): string => {
  try {
    return readFileSync(path, "utf8")
  } catch {
    // A process that ended meanwhile.
    return ""
  }
}

const list = (path: string): ReadonlyArray<string> => (existsSync(path) ? readdirSync(path) : [])

const mounts = () =>
  read("/proc/self/mountinfo")
    .split("\n")
    .map((line) => line.split(" "))
    .filter(([, , , , point = "", ...rest]) => {
      const type = rest[rest.indexOf("-") + 1]
      return type === "overlay" || type === "nsfs" || /gantry|^\/tmp\//.test(point)
    })
    .map(([, , , , point = ""]) => `mount ${point}`)

const links = () =>
  list("/sys/class/net")
    .filter((name) => /^(?:gantry|gty|vg)/.test(name))
    .map((name) => `link ${name}`)

const namespaces = () => list("/run/netns").map((name) => `network namespace ${name}`)

const tables = async () => {
  const { code, output } = await run(["nft", "list", "tables"])
  return code === 0 ? output.split("\n").filter((line) => line.includes("gantry")) : []
}

const groupsIn = (folder: string, depth: number): ReadonlyArray<string> =>
  readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .flatMap(({ name }) => {
      const path = `${folder}/${name}`
      // An empty parent group of an engine is kept for its next container; the groups in it are a container's.
      if (name.startsWith("gantry"))
        return list(path)
          .filter((child) => !child.includes(".") && /^[0-9a-f]{12,}$/.test(child))
          .map((child) => `control group ${path}/${child}`)
      return depth === 0 ? [] : groupsIn(path, depth - 1)
    })

const groups = () => (existsSync("/sys/fs/cgroup") ? groupsIn("/sys/fs/cgroup", 2) : [])

const processes = () =>
  readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      const args = read(`/proc/${pid}/cmdline`).split("\0")
      const word = args.find((arg) =>
        ["__init", "__join", "__pack", "__settle", "__supervise", "__unpack"].includes(arg)
      )
      return word === undefined ? [] : [`process ${pid} ${word}`]
    })

const folders = () =>
  list(tmpdir())
    .filter((name) => name.startsWith("gantry"))
    .map((name) => `folder ${tmpdir()}/${name}`)

/** Looks for all of it. */
export const traces = async (): Promise<Traces> =>
  new Set([...mounts(), ...links(), ...namespaces(), ...(await tables()), ...groups(), ...processes(), ...folders()])

/**
 * What is here now and was not before. What is on its way out gets up to `patience` milliseconds: the kernel takes a
 * network namespace apart after the last process has gone.
 */
export const leaksSince = async (before: Traces, patience = 10_000): Promise<ReadonlyArray<string>> => {
  const until = Date.now() + patience
  for (;;) {
    const left = [...(await traces())].filter((trace) => !before.has(trace))
    if (left.length === 0 || Date.now() > until) return left
    await new Promise((resolve) => setTimeout(resolve, 200))
  }
}

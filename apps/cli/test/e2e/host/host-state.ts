import { execFileSync } from "node:child_process"
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs"
import { join } from "node:path"
import { DatabaseSync } from "node:sqlite"

/** One engine of its own, as a host knows it. */
export interface Place {
  /** Its GANTRY_ROOT. */
  readonly root: string
  /** Its GANTRY_RUN. */
  readonly run: string
  /** What its links, tables and control groups are called after. */
  readonly instance: string
}

const output = (program: string, ...args: ReadonlyArray<string>): string =>
  execFileSync(program, [...args], { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] })

/** What disappears while we look at it does not count. */
const read = (path: string): string => {
  try {
    return readFileSync(path, "utf8")
  } catch {
    return ""
  }
}

const names = (directory: string): ReadonlyArray<string> => {
  try {
    return readdirSync(directory)
  } catch {
    return []
  }
}

const pids = (): ReadonlyArray<string> =>
  names("/proc").filter((name) => /^\d+$/.test(name) && name !== `${process.pid}`)

/** Mounts in any mount namespace of this host whose source or target lies in the engine's directories. */
const mounts = ({ root, run }: Place): ReadonlyArray<string> => {
  const found = new Set<string>()
  for (const pid of pids()) {
    for (const line of read(`/proc/${pid}/mountinfo`).split("\n")) {
      if (line.includes(`${root}/`) || line.includes(`${run}/`)) found.add(`mount: ${line}`)
    }
  }
  return [...found]
}

/** Processes of the engine and of its containers. Zombies are their parent's business. */
const processes = ({ instance, root }: Place): ReadonlyArray<string> =>
  pids()
    .filter((pid) => {
      if (/^State:\s+Z/m.test(read(`/proc/${pid}/status`))) return false
      return (
        read(`/proc/${pid}/cgroup`).includes(`/gantry-${instance}/`) ||
        read(`/proc/${pid}/environ`).split("\0").includes(`GANTRY_ROOT=${root}`) ||
        read(`/proc/${pid}/cmdline`).includes(root)
      )
    })
    .map((pid) => `process ${pid}: ${read(`/proc/${pid}/cmdline`).replaceAll("\0", " ")}`)

/** Host ends of containers' links, and the bridges they hang on. */
const links = ({ instance }: Place) => {
  const lines = output("ip", "-o", "link", "show").split("\n")
  return {
    bridges: lines.filter((line) => new RegExp(`^\\d+: gty${instance}`).test(line)).map((line) => `bridge: ${line}`),
    veths: lines.filter((line) => line.includes(`master gty${instance}`)).map((line) => `link: ${line}`)
  }
}

/** Control groups below the engine's own one, and that one. */
const groups = ({ instance }: Place) => {
  const tops = names("/sys/fs/cgroup")
    .map((tree) => join("/sys/fs/cgroup", tree, `gantry-${instance}`))
    .concat(join("/sys/fs/cgroup", `gantry-${instance}`))
    .filter((path) => existsSync(path))
  const below = tops.flatMap((top) =>
    names(top)
      .map((name) => join(top, name))
      .filter((path) => statSync(path, { throwIfNoEntry: false })?.isDirectory())
  )
  return { tops: tops.map((path) => `cgroup: ${path}`), below: below.map((path) => `cgroup: ${path}`) }
}

const filter = ({ instance }: Place) => {
  const ruleset = output("nft", "list", "ruleset")
  const table = output("nft", "list", "tables")
    .split("\n")
    .filter((line) => line.endsWith(`gantry_${instance}`))
  const elements = table.flatMap((line) => output("nft", "list", ...line.split(" ")).split("\n"))
  return {
    tables: [
      ...table.map((line) => `nftables: ${line}`),
      ...ruleset
        .split("\n")
        .filter((line) => line.includes(`gty${instance}`))
        .map((line) => `nftables: ${line}`)
    ],
    elements: elements.filter((line) => line.includes("elements")).map((line) => `published: ${line.trim()}`)
  }
}

/** Rules of the engine in chains of others, such as that of another engine's users: family, table, chain, `handle`, number. */
const guestRules = ({ instance }: Place): ReadonlyArray<ReadonlyArray<string>> => {
  let table: ReadonlyArray<string> = []
  let chain = ""
  return output("nft", "-a", "list", "ruleset")
    .split("\n")
    .flatMap((line) => {
      const [, family, name] = /^table (\S+) (\S+) \{/.exec(line) ?? []
      if (family !== undefined && name !== undefined) table = [family, name]
      chain = /^\tchain (\S+) \{/.exec(line)?.[1] ?? chain
      const handle = line.includes(`gty${instance}`) ? /# handle (\d+)$/.exec(line)?.[1] : undefined
      return handle === undefined ? [] : [[...table, chain, "handle", handle]]
    })
}

/** Addresses and ports the engine's database says are given out, and containers it knows. */
const records = ({ root }: Place): ReadonlyArray<string> => {
  const path = join(root, "state.db")
  if (!existsSync(path)) return []
  const database = new DatabaseSync(path, { readOnly: true })
  try {
    const tables = new Set(
      database
        .prepare("SELECT name FROM sqlite_master WHERE type = 'table'")
        .all()
        .map(({ name }) => String(name))
    )
    return ["leases", "ports", "containers"]
      .filter((table) => tables.has(table))
      .flatMap((table) =>
        database
          .prepare(`SELECT * FROM ${table}`)
          .all()
          .map((row) => `${table}: ${JSON.stringify(row)}`)
      )
  } finally {
    database.close()
  }
}

/** What is kept for the next container or build: compiled system call filters, directories of other runtimes, a key. */
const kept = new Set(["filters", "oci", "secret-searches.key"])

/** Directories that hold something only while a container, a build or a transfer lives. */
const drafts = ({ root, run }: Place): ReadonlyArray<string> => {
  const oci = join(run, "oci")
  const own = [join(root, "trees"), join(root, "ingest"), join(root, "containers"), run]
  return [...own, ...names(oci).map((name) => join(oci, name))].flatMap((directory) =>
    names(directory)
      .filter((name) => !kept.has(name))
      .map((name) => `file: ${join(directory, name)}`)
  )
}

/** What containers and builds of an engine have left on the host; one line for each thing, none when all is gone. */
export const leftovers = (place: Place): ReadonlyArray<string> => [
  ...processes(place),
  ...mounts(place),
  ...links(place).veths,
  ...groups(place).below,
  ...filter(place).elements,
  ...records(place),
  ...drafts(place)
]

/** The same and what an engine keeps for its next container: bridges, tables, its own control group. */
export const traces = (place: Place): ReadonlyArray<string> => [
  ...leftovers(place).filter((line) => !line.startsWith("file: ")),
  ...links(place).bridges,
  ...filter(place).tables,
  ...groups(place).tops
]

/** Takes away what {@link traces} shows of an engine of which nothing runs any more. */
export const removeTraces = (place: Place): void => {
  for (const line of links(place).bridges) output("ip", "link", "delete", /gty\w+/.exec(line)?.[0] ?? "")
  for (const line of filter(place).tables) {
    const [, family = "", table = ""] = /^nftables: table (\S+) (gantry_\S+)$/.exec(line) ?? []
    if (table !== "") output("nft", "delete", "table", family, table)
  }
  for (const rule of guestRules(place)) output("nft", "delete", "rule", ...rule)
  const { below, tops } = groups(place)
  for (const line of [...below, ...tops]) output("rmdir", line.replace("cgroup: ", ""))
}

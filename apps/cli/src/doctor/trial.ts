import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { errnoText } from "@gantry/linux/errno"
import { loadSyscallsSync } from "@gantry/linux/load"
import { withLinks } from "@gantry/linux/netlink/link"
import { overlayData } from "@gantry/linux/overlay"
import { SyscallError } from "@gantry/linux/SyscallError"

/**
 * Mounts what a container would stand on, in a directory of its own: changes a file of the lower layer, removes
 * another, makes one, and looks at what the upper directory holds then.
 */
const overlay = (place: string, options: ReadonlyArray<string>): void => {
  const sys = loadSyscallsSync()
  const own = mkdtempSync(join(place, ".gantry-doctor-"))
  const at = (...names: ReadonlyArray<string>) => join(own, ...names)
  try {
    for (const name of ["lower", "upper", "work", "root"]) mkdirSync(at(name))
    writeFileSync(at("lower", "changed"), "before")
    writeFileSync(at("lower", "removed"), "")
    const made = overlayData({ lower: [at("lower")], upper: { upper: at("upper"), work: at("work") }, options })
    if (!made.ok) throw new Error(`${own} is too long a path for the kernel`)
    sys.mount("overlay", at("root"), "overlay", 0, made.data)
    try {
      writeFileSync(at("root", "changed"), "after")
      rmSync(at("root", "removed"))
      mkdirSync(at("root", "made"))
    } finally {
      sys.umount2(at("root"), 0)
    }
    if (readFileSync(at("lower", "changed"), "utf8") !== "before") throw new Error("a lower directory was written to")
    if (readFileSync(at("upper", "changed"), "utf8") !== "after") throw new Error("a change was lost")
    if (!statSync(at("upper", "removed")).isCharacterDevice()) throw new Error("a removal left no mark")
  } finally {
    rmSync(own, { recursive: true, force: true })
  }
}

/** Makes a bridge and a pair of devices, as every network of containers has them. */
const links = (): void =>
  withLinks(loadSyscallsSync(), (each) => {
    each.createBridge("doctor0")
    each.addAddress("doctor0", "10.255.255.1", 24)
    each.createVeth({ name: "doctor1", peerName: "doctor2", master: "doctor0" })
  })

/** What the kernel said, without the arguments: they are paths of the attempt, which nobody else knows. */
const reasonOf = (cause: unknown): string => {
  if (cause instanceof SyscallError) return `${cause.call}: ${errnoText(cause.errno)} (${cause.code})`
  return cause instanceof Error ? cause.message : String(cause)
}

/**
 * `gantry __try NAME …`: what `gantry doctor` starts in namespaces of its own. Succeeds with the exit status. It tidies
 * up, also when its caller is stopped meanwhile.
 */
export const attemptOne = (
  [name, place = "/", ...options]: ReadonlyArray<string>,
  say: (text: string) => void
): number => {
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => undefined)
  try {
    if (name === "overlay") overlay(place, options)
    else links()
    return 0
  } catch (cause) {
    say(`${reasonOf(cause)}\n`)
    return 1
  }
}

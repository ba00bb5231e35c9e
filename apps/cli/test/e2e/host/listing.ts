import { createHash } from "node:crypto"
import { lstatSync, readdirSync, readFileSync, readlinkSync } from "node:fs"
import { join } from "node:path"
import { loadSyscallsSync } from "@gantry/linux/load"

/**
 * All that can be said of a tree, one line a path, sorted: type and mode, owner, time, size, content, target, device
 * number, the first name of the same file, and extended attributes. Directories that no archive mentions have no time to
 * compare: `untimed` names them.
 */
export const fullListing = (root: string, untimed: ReadonlySet<string> = new Set()): ReadonlyArray<string> => {
  const kernel = loadSyscallsSync()
  const firsts = new Map<bigint, string>()
  const lines: Array<string> = []
  const visit = (path: string): void => {
    const disk = join(root, path)
    const stat = lstatSync(disk, { bigint: true })
    const isDirectory = stat.isDirectory()
    const first = firsts.get(stat.ino) ?? path
    firsts.set(stat.ino, first)
    const facts = [
      path,
      stat.mode.toString(8),
      `${stat.uid}:${stat.gid}`,
      untimed.has(path) ? "-" : String(stat.mtimeNs),
      stat.isFile() ? `${stat.size} ${createHash("sha256").update(readFileSync(disk)).digest("hex").slice(0, 12)}` : "",
      stat.isSymbolicLink() ? readlinkSync(disk) : "",
      stat.isCharacterDevice() || stat.isBlockDevice() ? String(stat.rdev) : "",
      isDirectory ? "" : first,
      ...kernel
        .llistxattr(disk)
        .toSorted()
        .map((name) => `${name}=${Buffer.from(kernel.lgetxattr(disk, name)).toString("hex")}`)
    ]
    lines.push(facts.join(" | "))
    if (isDirectory) for (const name of readdirSync(disk).toSorted()) visit(path === "" ? name : `${path}/${name}`)
  }
  visit("")
  return lines
}

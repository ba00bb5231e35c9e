#!/usr/bin/env node
/**
 * Copies the host's statically linked busybox beside the Dockerfile: the only thing in the image that is not written
 * here. On Debian it is the package busybox-static. With `--check` it copies nothing and only says whether there is one.
 */
import { chmodSync, copyFileSync, existsSync, readFileSync } from "node:fs"
import { join } from "node:path"

const PT_INTERP = 3

/** Whether a 64-bit little-endian ELF program needs no loader: it has no PT_INTERP header. See elf(5). */
const isStatic = (path) => {
  const file = readFileSync(path)
  if (file.subarray(0, 6).toString("latin1") !== "\x7fELF\x02\x01") return false
  const [table, size, count] = [Number(file.readBigUInt64LE(32)), file.readUInt16LE(54), file.readUInt16LE(56)]
  return Array.from({ length: count }, (_, index) => file.readUInt32LE(table + index * size)).every(
    (type) => type !== PT_INTERP
  )
}

const found = ["/bin/busybox", "/usr/bin/busybox"].find((path) => existsSync(path) && isStatic(path))
if (found === undefined) {
  console.error("no statically linked busybox here; on Debian: apt-get install busybox-static")
  process.exit(1)
}
if (!process.argv.includes("--check")) {
  const copy = join(import.meta.dirname ?? new URL(".", import.meta.url).pathname, "busybox")
  copyFileSync(found, copy)
  chmodSync(copy, 0o755)
}

/** Images that are large in one way or another, for what moves them between stores and registries. */
import { execFileSync } from "node:child_process"
import { randomBytes } from "node:crypto"
import { closeSync, mkdirSync, openSync, readFileSync, writeFileSync, writeSync } from "node:fs"
import { join } from "node:path"

/** What stands in files of this machine: programs, libraries, scripts, tables. As many bytes of it as are asked for. */
const programs = (atLeast: number): Buffer => {
  const all: Array<Buffer> = []
  let size = 0
  const found = execFileSync("find", ["/usr/bin", "/usr/lib", "/usr/share", "-xdev", "-type", "f"], {
    encoding: "utf8",
    maxBuffer: 64 * 1024 * 1024
  })
  for (const path of found.trim().split("\n").toSorted()) {
    if (size >= atLeast) break
    const bytes = readFileSync(path)
    all.push(bytes)
    size += bytes.length
  }
  return Buffer.concat(all)
}

/** Contents one after the other, so that no two files are the same before `size` bytes have been used. */
const contents = (size: number): ((bytes: number) => Buffer) => {
  const pool = programs(size)
  let at = 0
  return (bytes) => {
    if (at + bytes > pool.length) at = (at + bytes) % 4096
    const out = pool.subarray(at, at + bytes)
    at += bytes
    return out
  }
}

const small = { folders: 290, files: 100, bytes: 6000 }
const large = { files: 45, bytes: 5_000_000 }

/** Writes a build context of 400 MB in 30,000 files, five layers: four of many small files, one of few large ones. */
export const makeFat = (context: string): void => {
  const next = contents(256 * 1024 * 1024)
  for (let folder = 0; folder < small.folders; folder++) {
    const home = join(context, `part${folder % 4}`, `folder${folder}`)
    mkdirSync(home, { recursive: true })
    for (let file = 0; file < small.files; file++) writeFileSync(join(home, `file${file}.js`), next(small.bytes))
  }
  mkdirSync(join(context, "large"))
  for (let file = 0; file < large.files; file++)
    writeFileSync(join(context, "large", `lib${file}.so`), next(large.bytes))
  const copies = [0, 1, 2, 3].map((part) => `COPY part${part} /app/`)
  writeFileSync(
    join(context, "Dockerfile"),
    ["FROM scratch", ...copies, "COPY large /lib/", 'CMD ["/x"]', ""].join("\n")
  )
}

/** The same of 60 small layers. */
export const makeLayers = (context: string): void => {
  const next = contents(2 * 1024 * 1024)
  const numbers = Array.from({ length: 60 }, (_, number) => number)
  for (const number of numbers) writeFileSync(join(context, `f${number}`), next(4096 * ((number % 7) + 1)))
  const copies = numbers.map((number) => `COPY f${number} /layers/`)
  writeFileSync(join(context, "Dockerfile"), ["FROM scratch", ...copies, 'CMD ["/x"]', ""].join("\n"))
}

/** The same of one layer, a file of 1 GB that nothing makes shorter. */
export const makeHuge = (context: string): void => {
  const fd = openSync(join(context, "huge"), "w")
  for (let megabyte = 0; megabyte < 1024; megabyte++) writeSync(fd, randomBytes(1024 * 1024))
  closeSync(fd)
  writeFileSync(join(context, "Dockerfile"), 'FROM scratch\nCOPY huge /\nCMD ["/x"]\n')
}

/** A new directory with such a context. */
export const contextOf = (folder: string, make: (context: string) => void): string => {
  mkdirSync(folder)
  make(folder)
  return folder
}

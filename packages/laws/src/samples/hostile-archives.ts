import { blockSize, type HeaderFields, paxRecord, writeHeader } from "@gantry/core/tree/tar-header"

/** An archive that nobody means well with. */
export interface HostileArchive {
  readonly trick: string
  readonly bytes: Uint8Array
}

const text = (of: string) => new TextEncoder().encode(of)

/** One entry as it stands in an archive: fields as given, unchecked. */
export const record = (fields: Partial<HeaderFields>, body: Uint8Array = new Uint8Array()): Uint8Array => {
  const padded = Math.ceil(body.length / blockSize) * blockSize
  const out = Buffer.alloc(blockSize + padded)
  writeHeader(out, 0, { name: "", type: "0", mode: 0o644, uid: 0, gid: 0, size: body.length, mtime: 0, ...fields })
  out.set(body, blockSize)
  return out
}

/** A file as other programs write it. */
export const plainRecord = (name: string, content: string): Uint8Array => record({ name }, text(content))

/** A directory as other programs write it. */
export const directoryRecord = (name: string): Uint8Array => record({ name: `${name}/`, type: "5", mode: 0o755 })

/** Entries, and the two empty blocks that end an archive. */
export const archiveOf = (...records: ReadonlyArray<Uint8Array>): Uint8Array =>
  Buffer.concat([...records, new Uint8Array(2 * blockSize)])

/** A PAX header with such records for the entry that follows. */
export const paxHeader = (...records: ReadonlyArray<readonly [string, string]>) =>
  record({ name: "pax", type: "x" }, Buffer.concat(records.map(([key, value]) => paxRecord(key, text(value)))))

/**
 * Names that leave the root, in every place where an archive can hold a name. A reader that checks the name in the
 * header, and takes the long name from the record before it, is the classic mistake; so is checking the entry's name and not
 * the name a hard link leads to.
 */
export const hostileArchives: ReadonlyArray<HostileArchive> = [
  ...["..", "../x", "/../x", "a/..", "a/../..", "a/../../x", "./../x", "a/./../../x", "..//x"].map((name) => ({
    trick: `the name ${name}`,
    bytes: archiveOf(record({ name }, text("x")))
  })),
  { trick: "a name that climbs in the prefix", bytes: archiveOf(record({ prefix: "..", name: "x" }, text("x"))) },
  { trick: "a directory above the root", bytes: archiveOf(record({ name: "../d/", type: "5" })) },
  {
    trick: "a long name of the POSIX kind",
    bytes: archiveOf(paxHeader(["path", "a/../../x"]), record({ name: "x" }, text("x")))
  },
  {
    trick: "a long name of the GNU kind",
    bytes: archiveOf(record({ name: "././@LongLink", type: "L" }, text("../x\0")), record({ name: "x" }, text("x")))
  },
  { trick: "a hard link to the outside", bytes: archiveOf(record({ name: "x", type: "1", link: "../../etc/passwd" })) },
  {
    trick: "a hard link with a long target to the outside",
    bytes: archiveOf(paxHeader(["linkpath", "a/../../etc/passwd"]), record({ name: "x", type: "1", link: "a" }))
  },
  { trick: "a whiteout above the root", bytes: archiveOf(record({ name: "../.wh.x" })) },
  { trick: "a whiteout of the parent directory", bytes: archiveOf(record({ name: "a/.wh..." })) },
  { trick: "a whiteout of the directory itself", bytes: archiveOf(record({ name: "a/.wh.." })) },
  {
    trick: "a name with a zero byte",
    bytes: archiveOf(paxHeader(["path", "a\0/../../x"]), record({ name: "x" }, text("x")))
  }
]

/**
 * Entries that would go through a link, or be something that no tree holds. Each name is harmless by itself: only who
 * knows what stands there can tell.
 */
export const treacherousArchives: ReadonlyArray<HostileArchive> = [
  {
    trick: "a file below a link to the outside",
    bytes: archiveOf(record({ name: "l", type: "2", link: "/tmp" }), plainRecord("l/x", "x"))
  },
  {
    trick: "a directory below a link that climbs",
    bytes: archiveOf(record({ name: "a/l", type: "2", link: "../.." }), directoryRecord("a/l/d"))
  },
  {
    trick: "a hard link below a link",
    bytes: archiveOf(
      plainRecord("a", "x"),
      record({ name: "l", type: "2", link: "/" }),
      record({ name: "l/h", type: "1", link: "a" })
    )
  },
  {
    trick: "a hard link to something behind a link",
    bytes: archiveOf(record({ name: "l", type: "2", link: "/etc" }), record({ name: "h", type: "1", link: "l/passwd" }))
  },
  {
    trick: "a hard link to a directory",
    bytes: archiveOf(directoryRecord("d"), record({ name: "h", type: "1", link: "d" }))
  },
  {
    trick: "a hard link to something in the directory it replaces",
    bytes: archiveOf(plainRecord("d/x", "x"), record({ name: "d", type: "1", link: "d/x" }))
  },
  { trick: "a hard link to nothing", bytes: archiveOf(record({ name: "h", type: "1", link: "nothing" })) },
  {
    trick: "a file below a file",
    bytes: archiveOf(plainRecord("f", "x"), plainRecord("f/x", "x"))
  }
]

import { paxRecord } from "@gantry/core/tree/tar-header"
import { archiveOf, paxHeader, plainRecord, record } from "./hostile-archives.ts"

/** An archive as other programs write it, and as gantry never would. */
export interface ForeignArchive {
  readonly what: string
  readonly bytes: Uint8Array
  /** What is seen of it: path, a space, content; directories left out. */
  readonly files: ReadonlyArray<string>
}

const text = (of: string) => Buffer.from(of)

/** A header in which bytes are changed by hand, with its checksum made right again. */
const bent = (
  fields: Parameters<typeof record>[0],
  change: (block: Buffer) => void,
  body: Uint8Array = new Uint8Array()
) => {
  const out = Buffer.from(record(fields, body))
  change(out.subarray(0, 512))
  out.fill(0x20, 148, 156)
  let sum = 0
  for (const byte of out.subarray(0, 512)) sum += byte
  out.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148, "latin1")
  return out
}

const octal = (block: Buffer, at: number, value: number): void => {
  block.write(`${value.toString(8).padStart(11, "0")}\0`, at, "latin1")
}

const long = `${"n".repeat(120)}/${"m".repeat(130)}`

/** A file of 600 zeros and `end`, in the form of old GNU tar. */
const gnuSparse = bent(
  { name: "hole", type: "S" },
  (block) => {
    octal(block, 386, 600)
    octal(block, 398, 3)
    octal(block, 483, 603)
  },
  text("end")
)

/** The same in the form 1.0 of PAX: the map stands in front of the content. */
const paxSparse = [
  paxHeader(
    ["GNU.sparse.major", "1"],
    ["GNU.sparse.minor", "0"],
    ["GNU.sparse.name", "hole"],
    ["GNU.sparse.realsize", "603"]
  ),
  record({ name: "GNUSparseFile.0/hole" }, Buffer.concat([text("1\n600\n3\n"), Buffer.alloc(504), text("end")]))
]

const hole = `hole ${"\0".repeat(600)}end`

/** Archives in the forms of the field. All of them are harmless. */
export const foreignArchives: ReadonlyArray<ForeignArchive> = [
  {
    what: "unsorted, with dots in front of names and more zeros at the end than anybody needs",
    bytes: Buffer.concat([
      archiveOf(plainRecord("z", "last"), plainRecord("a/b", "early"), plainRecord("./a/c", "")),
      new Uint8Array(9216)
    ]),
    files: ["a/b early", "a/c ", "z last"]
  },
  {
    what: "without an end",
    bytes: plainRecord("a", "x"),
    files: ["a x"]
  },
  {
    what: "followed by something else",
    bytes: Buffer.concat([archiveOf(plainRecord("a", "x")), text("signature")]),
    files: ["a x"]
  },
  {
    what: "a long name of the GNU kind",
    bytes: archiveOf(record({ name: "././@LongLink", type: "L" }, text(`${long}\0`)), plainRecord("short", "x")),
    files: [`${long} x`]
  },
  {
    what: "a long name of the POSIX kind, which wins over the one of the GNU kind",
    bytes: archiveOf(
      record({ name: "././@LongLink", type: "L" }, text("no\0")),
      paxHeader(["path", long]),
      plainRecord("s", "x")
    ),
    files: [`${long} x`]
  },
  {
    what: "numbers in base 256 and a time before 1970",
    bytes: archiveOf(
      bent({ name: "a" }, (block) => {
        block.fill(0, 108, 116)
        block[108] = 0x80
        block.writeUInt32BE(3_000_000_000, 112)
        block.fill(0xff, 136, 148)
      })
    ),
    files: ["a "]
  },
  { what: "a sparse file of old GNU tar", bytes: archiveOf(gnuSparse), files: [hole] },
  { what: "a sparse file of the form 1.0", bytes: archiveOf(...paxSparse), files: [hole] },
  {
    what: "a file that comes twice, and once more under a hard link",
    bytes: archiveOf(
      plainRecord("a", "first"),
      record({ name: "b", type: "1", link: "a" }),
      plainRecord("a", "second")
    ),
    files: ["a second", "b first"]
  },
  {
    what: "a directory with files that gives way to a file",
    bytes: archiveOf(plainRecord("d/x", "in"), plainRecord("d/y", "in"), plainRecord("d", "over")),
    files: ["d over"]
  },
  {
    what: "content where none belongs: of a whiteout",
    bytes: archiveOf(plainRecord("a", "x"), plainRecord(".wh.b", "content")),
    files: ["a x"]
  },
  {
    what: "records of aufs",
    bytes: archiveOf(
      plainRecord(".wh..wh.aufs", ""),
      record({ name: ".wh..wh.plnk/", type: "5" }),
      plainRecord(".wh..wh.plnk/1.2", "x"),
      plainRecord("a", "x")
    ),
    files: ["a x"]
  },
  {
    what: "the whiteout of the longest name there is",
    bytes: archiveOf(paxHeader(["path", `.wh.${"n".repeat(255)}`]), plainRecord("w", ""), plainRecord("a", "x")),
    files: ["a x"]
  },
  {
    what: "attributes that are marks of overlayfs",
    bytes: archiveOf(
      paxHeader(["SCHILY.xattr.trusted.overlay.opaque", "y"], ["SCHILY.xattr.user.overlay.redirect", "/etc"]),
      record({ name: "d/", type: "5" }),
      plainRecord("d/a", "x")
    ),
    files: ["d/a x"]
  },
  {
    what: "a global header with words about nothing",
    bytes: archiveOf(
      record({ name: "pax_global_header", type: "g" }, paxRecord("comment", text("c"))),
      plainRecord("a", "x")
    ),
    files: ["a x"]
  }
]

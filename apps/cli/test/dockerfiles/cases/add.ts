import { execFileSync } from "node:child_process"
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { base, type Case } from "../Case.ts"

/** An archive with a file, a directory, a link and owners of its own, as `tar` makes it with these options. */
const archive = (...options: ReadonlyArray<string>): Uint8Array => {
  const folder = mkdtempSync(join(tmpdir(), "gantry-case-"))
  try {
    mkdirSync(join(folder, "inner/sub"), { recursive: true })
    writeFileSync(join(folder, "inner/file"), "packed\n", { mode: 0o640 })
    writeFileSync(join(folder, "inner/sub/x"), "x\n")
    symlinkSync("file", join(folder, "inner/link"))
    const fixed = ["--sort=name", "--mtime=@0", "--owner=3", "--group=4", "--numeric-owner"]
    return execFileSync("tar", ["-C", folder, ...fixed, ...options, "-cf", "-", "inner"])
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** ADD: like COPY, and archives are unpacked. */
export const addCases: ReadonlyArray<Case> = [
  {
    name: "ADD of files and directories is COPY",
    files: { a: "a", "d/b": "b" },
    dockerfile: `FROM ${base}\nADD a /one\nADD d /two/\nADD --chown=app a /three\n`
  },
  {
    name: "archives are unpacked whatever they are called",
    files: { plain: archive(), "z.bin": archive("-z"), "j.tar.bz2": archive("-j"), "x.tar": archive("-J") },
    dockerfile: `FROM ${base}\nADD plain /plain/\nADD z.bin /gzip/\nADD j.tar.bz2 /bzip2\nADD x.tar /xz\n`
  },
  {
    name: "an archive is not unpacked by COPY, and what is none is not by ADD",
    files: { "in.tar": archive(), "none.tar.gz": "no archive\n" },
    dockerfile: `FROM ${base}\nCOPY in.tar /copied/\nADD none.tar.gz /added/\n`
  },
  {
    name: "an archive over what is there",
    files: { "in.tar": archive() },
    dockerfile: `FROM ${base}\nRUN mkdir -p /t/inner && echo old > /t/inner/file && echo kept > /t/inner/kept\nADD in.tar /t\n`
  }
]

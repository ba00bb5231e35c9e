import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { format, type Platform } from "@gantry/core/image/Platform"

/** What the header of a program says that it was compiled for. Source: elf.h, `EM_*`, and gABI, "ELF Identification". */
const machines: {
  readonly [architecture: string]: { readonly machine: number; readonly bits: 32 | 64; readonly big?: true }
} = {
  "386": { machine: 3, bits: 32 },
  amd64: { machine: 62, bits: 64 },
  arm: { machine: 40, bits: 32 },
  arm64: { machine: 183, bits: 64 },
  loong64: { machine: 258, bits: 64 },
  mips64le: { machine: 8, bits: 64 },
  ppc64le: { machine: 21, bits: 64 },
  riscv64: { machine: 243, bits: 64 },
  s390x: { machine: 22, bits: 64, big: true }
}

/** 32-bit programs that processors run by themselves. */
const own: { readonly [architecture: string]: string } = { amd64: "386", arm64: "arm" }

/** The first 20 bytes of a program for an architecture. Spec: gABI, "ELF Header". */
const headOf = (architecture: string): Uint8Array | undefined => {
  const known = Object.hasOwn(machines, architecture) ? machines[architecture] : undefined
  if (known === undefined) return undefined
  const head = Buffer.alloc(20)
  head.set([0x7f, 0x45, 0x4c, 0x46, known.bits === 64 ? 2 : 1, known.big === true ? 2 : 1, 1])
  if (known.big === true) {
    head.writeUInt16BE(2, 16)
    head.writeUInt16BE(known.machine, 18)
  } else {
    head.writeUInt16LE(2, 16)
    head.writeUInt16LE(known.machine, 18)
  }
  return head
}

/**
 * Whether a rule that somebody gave the kernel is for programs that begin like this, and is enabled.
 *
 * Spec: Linux, Documentation/admin-guide/binfmt-misc.rst. `text` is what the kernel shows of the rule.
 */
export const ruleMatches = (text: string, head: Uint8Array): boolean => {
  const lines = text.split("\n")
  if (lines[0] !== "enabled") return false
  const field = (name: string) => lines.find((line) => line.startsWith(`${name} `))?.slice(name.length + 1)
  const magic = Buffer.from(field("magic") ?? "", "hex")
  const mask = field("mask") === undefined ? undefined : Buffer.from(field("mask") ?? "", "hex")
  const offset = Number(field("offset") ?? 0)
  // A rule that looks further than the header may be for anything.
  if (magic.length === 0 || offset + magic.length > head.length) return false
  return magic.every((byte, at) => {
    const bits = mask?.[at] ?? 0xff
    return ((head[offset + at] ?? 0) & bits) === (byte & bits)
  })
}

/**
 * Why commands of a platform cannot be executed here, in one sentence without a full stop; undefined when they can: by
 * the processor, or because the kernel was told how (binfmt_misc). Variants of one architecture are left to the processor.
 */
export const cannotExecute = (
  platform: Platform,
  machine: Platform,
  rules: string = "/proc/sys/fs/binfmt_misc"
): string | undefined => {
  if (platform.os !== machine.os) return `a command for ${platform.os} cannot be executed on ${machine.os}`
  const { architecture } = platform
  if (architecture === machine.architecture || own[machine.architecture] === architecture) return undefined
  const head = headOf(architecture)
  if (head !== undefined && rulesIn(rules).some((rule) => ruleMatches(rule, head))) return undefined
  return (
    `a command for ${format(platform)} cannot be executed on this machine, which is ${format(machine)}, ` +
    "and no emulator is registered with the kernel (binfmt_misc)"
  )
}

const rulesIn = (directory: string): ReadonlyArray<string> => {
  try {
    return readdirSync(directory)
      .filter((name) => name !== "register" && name !== "status")
      .map((name) => readFileSync(join(directory, name), "utf8"))
  } catch {
    // Not mounted, or not for us to read: then there is nothing to rely on.
    return []
  }
}

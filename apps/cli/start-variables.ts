/** Offsets and values are those of the System V ABI: generic ELF-64 and its x86-64 supplement. */
const x86_64 = 62
const PT_LOAD = 1
const PT_NOTE = 4
const PF_X_R = 5
const SHT_RELA = 4
const R_X86_64_GLOB_DAT = 6
const R_X86_64_JUMP_SLOT = 7
const page = 4096

/** Where the ELF header keeps the address at which a program begins. */
const entryField = 24

/**
 * Gives a dynamically linked executable variables that its environment lacks: a few instructions run first, call the C
 * library's setenv(3) for each and go on where the program began before. Undefined where that is not known to work: on
 * another processor, without setenv among what it imports, or without a note whose place in the table of segments can
 * be had.
 *
 * Some settings of a runtime are read from variables when it starts and from nowhere else. To start it a second time
 * with them set costs more than they save.
 */
export const withStartVariables = (
  executable: Uint8Array,
  variables: { readonly [name: string]: string }
): Uint8Array | undefined => {
  const file = Buffer.from(executable)
  if (file.readUInt32BE(0) !== 0x7f454c46 || file.readUInt16LE(18) !== x86_64) return undefined
  const slot = slotOf(file, "setenv")
  const segments = segmentsOf(file)
  const note = segments.find(({ type }) => type === PT_NOTE)
  if (slot === undefined || note === undefined) return undefined
  const offset = nextPage(file.length)
  // Above everything that is loaded, as the order of segments demands.
  const address = nextPage(Math.max(...segments.filter(({ type }) => type === PT_LOAD).map(({ end }) => end))) + page
  const code = instructions(address, { entry: number64(file, entryField), setenv: slot, variables })
  const result = Buffer.concat([file, Buffer.alloc(offset - file.length), code])
  result.writeBigUInt64LE(BigInt(address), entryField)
  result.writeUInt32LE(PT_LOAD, note.at)
  result.writeUInt32LE(PF_X_R, note.at + 4)
  const fields = [offset, address, address, code.length, code.length, page]
  fields.forEach((value, index) => result.writeBigUInt64LE(BigInt(value), note.at + 8 + 8 * index))
  return result
}

const nextPage = (value: number): number => Math.ceil(value / page) * page

const number64 = (file: Buffer, at: number): number => Number(file.readBigUInt64LE(at))

/** The table of segments: where each entry lies in the file, and the address after its last byte. */
const segmentsOf = (file: Buffer) =>
  Array.from({ length: file.readUInt16LE(56) }, (_, index) => {
    const at = number64(file, 32) + 56 * index
    return { at, type: file.readUInt32LE(at), end: number64(file, at + 16) + number64(file, at + 40) }
  })

const sectionsOf = (file: Buffer) =>
  Array.from({ length: file.readUInt16LE(60) }, (_, index) => {
    const at = number64(file, 40) + 64 * index
    const [offset, size] = [number64(file, at + 24), number64(file, at + 32)]
    return { type: file.readUInt32LE(at + 4), offset, size, link: file.readUInt32LE(at + 40) }
  })

/** The address where the dynamic linker writes down where an imported function is. */
const slotOf = (file: Buffer, name: string): number | undefined => {
  const sections = sectionsOf(file)
  for (const relocations of sections.filter(({ type }) => type === SHT_RELA)) {
    const symbols = sections[relocations.link]
    const strings = sections[symbols?.link ?? 0]
    if (symbols === undefined || strings === undefined) continue
    for (let at = relocations.offset; at < relocations.offset + relocations.size; at += 24) {
      const kind = file.readUInt32LE(at + 8)
      if (kind !== R_X86_64_GLOB_DAT && kind !== R_X86_64_JUMP_SLOT) continue
      const start = strings.offset + file.readUInt32LE(symbols.offset + 24 * file.readUInt32LE(at + 12))
      if (file.toString("latin1", start, file.indexOf(0, start)) === name) return number64(file, at)
    }
  }
  return undefined
}

/** What the dynamic linker jumps to. All addresses are relative to the instruction, so that the program may be moved. */
const instructions = (
  address: number,
  {
    entry,
    setenv,
    variables
  }: {
    readonly entry: number
    readonly setenv: number
    readonly variables: { readonly [name: string]: string }
  }
): Buffer => {
  const code: Array<number> = []
  const open: Array<{ readonly at: number; readonly target: number | string }> = []
  const relative = (target: number | string) => {
    open.push({ at: code.length, target })
    code.push(0, 0, 0, 0)
  }
  // push rdx (what the program is to call at its end); sub rsp, 8 (calls want a multiple of 16)
  code.push(0x52, 0x48, 0x83, 0xec, 0x08)
  for (const [name, value] of Object.entries(variables)) {
    // lea rdi, name
    code.push(0x48, 0x8d, 0x3d)
    relative(name)
    // lea rsi, value
    code.push(0x48, 0x8d, 0x35)
    relative(value)
    // xor edx, edx (keep what is set); call [setenv]
    code.push(0x31, 0xd2, 0xff, 0x15)
    relative(setenv)
  }
  // add rsp, 8; pop rdx; jmp entry
  code.push(0x48, 0x83, 0xc4, 0x08, 0x5a, 0xe9)
  relative(entry)
  const bytes = Buffer.concat([Buffer.from(code), ...open.map(({ target }) => terminated(target))])
  let strings = code.length
  for (const { at, target } of open) {
    bytes.writeInt32LE((typeof target === "number" ? target : address + strings) - (address + at + 4), at)
    strings += terminated(target).length
  }
  return bytes
}

/** A string as C has it; nothing for an address. */
const terminated = (target: number | string): Buffer =>
  typeof target === "string" ? Buffer.from(`${target}\0`) : Buffer.alloc(0)

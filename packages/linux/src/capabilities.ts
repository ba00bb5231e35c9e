/** Capabilities by number, as in capabilities(7). */
const names = (
  "CHOWN DAC_OVERRIDE DAC_READ_SEARCH FOWNER FSETID KILL SETGID SETUID SETPCAP LINUX_IMMUTABLE NET_BIND_SERVICE " +
  "NET_BROADCAST NET_ADMIN NET_RAW IPC_LOCK IPC_OWNER SYS_MODULE SYS_RAWIO SYS_CHROOT SYS_PTRACE SYS_PACCT SYS_ADMIN " +
  "SYS_BOOT SYS_NICE SYS_RESOURCE SYS_TIME SYS_TTY_CONFIG MKNOD LEASE AUDIT_WRITE AUDIT_CONTROL SETFCAP MAC_OVERRIDE " +
  "MAC_ADMIN SYSLOG WAKE_ALARM BLOCK_SUSPEND AUDIT_READ PERFMON BPF CHECKPOINT_RESTORE"
).split(" ")

/** All names, `CAP_CHOWN` first: the position is the number. */
export const capabilityNames: ReadonlyArray<string> = names.map((name) => `CAP_${name}`)

/** What a container gets unless asked otherwise: the fourteen of Docker. */
export const defaultCapabilities: ReadonlyArray<string> = [
  "CAP_CHOWN",
  "CAP_DAC_OVERRIDE",
  "CAP_FOWNER",
  "CAP_FSETID",
  "CAP_KILL",
  "CAP_SETGID",
  "CAP_SETUID",
  "CAP_SETPCAP",
  "CAP_NET_BIND_SERVICE",
  "CAP_NET_RAW",
  "CAP_SYS_CHROOT",
  "CAP_MKNOD",
  "CAP_AUDIT_WRITE",
  "CAP_SETFCAP"
]

/** The number of a capability, from its full name. */
export const capabilityNumber = (name: string): number | undefined => {
  const number = capabilityNames.indexOf(name)
  return number === -1 ? undefined : number
}

/** The full name of what a user typed: any case, with or without `CAP_`. Undefined when there is no such capability. */
export const parseCapability = (text: string): string | undefined => {
  const upper = text.toUpperCase()
  const name = upper.startsWith("CAP_") ? upper : `CAP_${upper}`
  return capabilityNames.includes(name) ? name : undefined
}

/** What `--cap-add` and `--cap-drop` ask for; each value is a name in any spelling, or `ALL`. */
export interface CapabilityRequest {
  readonly add: ReadonlyArray<string>
  readonly drop: ReadonlyArray<string>
  /** What to start from; the default set unless given. */
  readonly base?: ReadonlyArray<string>
}

/** Full names in ascending order of number, or the first word that is no capability. */
export type CapabilityResult =
  | { readonly ok: true; readonly capabilities: ReadonlyArray<string> }
  | { readonly ok: false; readonly unknown: string }

const isAll = (text: string) => /^(cap_)?all$/i.test(text)

/**
 * Computes a set as Docker does. An added `ALL` gives every capability that is not dropped by name; otherwise a
 * dropped `ALL` gives what is added by name and nothing else; otherwise what is dropped leaves the base, and then what
 * is added joins it, so that an added name beats the same name dropped.
 */
export const computeCapabilities = ({ add, drop, base = defaultCapabilities }: CapabilityRequest): CapabilityResult => {
  const unknown = [...add, ...drop].find((text) => !isAll(text) && parseCapability(text) === undefined)
  if (unknown !== undefined) return { ok: false, unknown }
  const added = new Set(add.map(parseCapability))
  const dropped = new Set(drop.map(parseCapability))
  const has = add.some(isAll)
    ? (name: string) => !dropped.has(name)
    : (name: string) => added.has(name) || (!drop.some(isAll) && base.includes(name) && !dropped.has(name))
  return { ok: true, capabilities: capabilityNames.filter(has) }
}

/** A set as the kernel writes it, one bit for each number. Names that do not exist are left out. */
export const capabilityBits = (capabilities: Iterable<string>): bigint => {
  let bits = 0n
  for (const name of capabilities) {
    const number = capabilityNumber(name)
    if (number !== undefined) bits |= 1n << BigInt(number)
  }
  return bits
}

/** The names of a set; numbers that this table does not know are left out. */
export const capabilitiesOfBits = (bits: bigint): ReadonlyArray<string> =>
  capabilityNames.filter((_, number) => ((bits >> BigInt(number)) & 1n) === 1n)

import { bad, good, type Result } from "../Result.ts"

/** Spec: capabilities(7). */
const names = new Set(
  (
    "AUDIT_CONTROL AUDIT_READ AUDIT_WRITE BLOCK_SUSPEND BPF CHECKPOINT_RESTORE CHOWN DAC_OVERRIDE DAC_READ_SEARCH FOWNER " +
    "FSETID IPC_LOCK IPC_OWNER KILL LEASE LINUX_IMMUTABLE MAC_ADMIN MAC_OVERRIDE MKNOD NET_ADMIN NET_BIND_SERVICE " +
    "NET_BROADCAST NET_RAW PERFMON SETFCAP SETGID SETPCAP SETUID SYSLOG SYS_ADMIN SYS_BOOT SYS_CHROOT SYS_MODULE " +
    "SYS_NICE SYS_PACCT SYS_PTRACE SYS_RAWIO SYS_RESOURCE SYS_TIME SYS_TTY_CONFIG WAKE_ALARM"
  ).split(" ")
)

/** A capability's name as the kernel has it, `CAP_CHOWN`, of one in any case and with or without `CAP_`; `ALL` for all. */
export const capabilityName = (text: string): string => {
  const word = text.trim().toUpperCase().replace(/^CAP_/, "")
  return word === "ALL" ? word : `CAP_${word}`
}

/** Reads one value of `--cap-add` or `--cap-drop` in any case, with or without `CAP_`. Yields `CAP_CHOWN`, or `ALL`. */
export const parseCapability = (text: string): Result<string> => {
  const name = capabilityName(text)
  return name === "ALL" || names.has(name.slice("CAP_".length))
    ? good(name)
    : bad(`unknown capability: ${JSON.stringify(text)}`)
}

import {
  BPF_CGROUP_DEVICE,
  BPF_F_ALLOW_MULTI,
  BPF_PROG_ATTACH,
  BPF_PROG_LOAD,
  BPF_PROG_TYPE_CGROUP_DEVICE,
  O_CLOEXEC,
  O_DIRECTORY,
  O_RDONLY
} from "./constants.ts"
import { deviceProgram, type DeviceRule } from "./devices.ts"
import type { Syscalls } from "./Syscalls.ts"

/**
 * Restricts the devices of a cgroup v2 directory. The program lives as long as the directory; a second call adds a
 * second program, and both must agree. Throws `SyscallError`: EPERM without CAP_BPF or CAP_SYS_ADMIN.
 */
export const attachDeviceFilter = (sys: Syscalls, directory: string, rules: ReadonlyArray<DeviceRule>): void => {
  const program = loadProgram(sys, deviceProgram(rules))
  try {
    const group = sys.open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    try {
      sys.bpf(
        BPF_PROG_ATTACH,
        attributes(16, [0, group], [4, program], [8, BPF_CGROUP_DEVICE], [12, BPF_F_ALLOW_MULTI])
      )
    } finally {
      sys.close(group)
    }
  } finally {
    sys.close(program)
  }
}

const loadProgram = (sys: Syscalls, instructions: Uint8Array): number => {
  const license = new TextEncoder().encode("GPL\0")
  return sys.withAddresses([instructions, license], ([code = 0n, text = 0n]) => {
    const bytes = attributes(64, [0, BPF_PROG_TYPE_CGROUP_DEVICE], [4, instructions.length / 8])
    const view = new DataView(bytes.buffer)
    view.setBigUint64(8, code, true)
    view.setBigUint64(16, text, true)
    return sys.bpf(BPF_PROG_LOAD, bytes)
  })
}

/** A union bpf_attr of some size with 32-bit fields at byte offsets. */
const attributes = (size: number, ...fields: ReadonlyArray<readonly [offset: number, value: number]>): Uint8Array => {
  const view = new DataView(new ArrayBuffer(size))
  for (const [offset, value] of fields) view.setUint32(offset, value, true)
  return new Uint8Array(view.buffer)
}

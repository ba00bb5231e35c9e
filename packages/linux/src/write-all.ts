import type { Syscalls } from "./Syscalls.ts"

/** Writes all bytes, in as many calls as the kernel takes for them. */
export const writeAll = (sys: Pick<Syscalls, "write">, fd: number, bytes: Uint8Array): void => {
  let rest = bytes
  while (rest.length > 0) rest = rest.subarray(sys.write(fd, rest))
}

import { errnoCode, errnoText } from "./errno.ts"

/** What failed: enough to decide (`errno`, `code`) and enough to tell (`call`, `detail`). */
export interface SyscallFailure {
  /** The system call, or an operation such as `netlink RTM_NEWLINK`. */
  readonly call: string
  /** The positive error number. */
  readonly errno: number
  /** The arguments as short text. */
  readonly detail: string
  /** What the kernel said in words, where the interface has such a thing (netlink). */
  readonly note?: string | undefined
}

/** A system call returned an error. `code` is the symbolic name, such as `EPERM`. */
export class SyscallError extends Error {
  readonly call: string
  readonly errno: number
  readonly code: string
  readonly detail: string

  constructor({ call, errno, detail, note }: SyscallFailure) {
    const code = errnoCode(errno)
    const said = note === undefined || note === "" ? "" : `: ${note}`
    super(`${call}(${detail}): ${errnoText(errno)} (${code})${said}`)
    this.name = "SyscallError"
    this.call = call
    this.errno = errno
    this.code = code
    this.detail = detail
  }
}

/** True for a {@link SyscallError} with one of the given names. */
export const failedWith = (error: unknown, ...codes: ReadonlyArray<string>): error is SyscallError =>
  error instanceof SyscallError && codes.includes(error.code)

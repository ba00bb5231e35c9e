import { describeArguments } from "./describe-call.ts"
import type { Ffi, Memory, Word } from "./ffi/Ffi.ts"
import { cString } from "./memory.ts"
import { type SyscallName, syscallNumber } from "./syscall-numbers.ts"
import { SyscallError } from "./SyscallError.ts"
import type { KernelString, Syscalls } from "./Syscalls.ts"

const EINTR = 4
const EINVAL = 22
const ERANGE = 34

/** What a raw call may be given: numbers as they are, strings (with a zero byte added) and memory by address. */
export type Argument = Word | string | Memory | null

/** Turns the arguments of a typed call into those of the kernel's. */
type Prepare<Name extends keyof Syscalls> = (...args: Parameters<Syscalls[Name]>) => ReadonlyArray<Argument>

/** A path or string that may have come as bytes, which the kernel wants with a zero at the end. */
export const path = (value: KernelString): string | Uint8Array =>
  typeof value === "string" ? value : (cString(value) ?? "\0")

/** A value of unknown length: asked for its size, then read, again if it grew in between. */
export const sized = (read: (into: Uint8Array) => number): Uint8Array | number => {
  for (;;) {
    const size = read(new Uint8Array(0))
    if (size <= 0) return size === 0 ? new Uint8Array(0) : size
    const into = new Uint8Array(size)
    const length = read(into)
    if (length >= 0) return into.subarray(0, length)
    if (length !== -ERANGE) return length
  }
}

/** The error of a typed call, from the negative number that the kernel returned. */
export const failed = <Name extends keyof Syscalls>(
  name: Name,
  result: number,
  args: Parameters<Syscalls[Name]>
): SyscallError => new SyscallError({ call: name, errno: -result, detail: describeArguments(name, args) })

/** Ways to issue system calls that keep the memory they use in place. */
export const makeCaller = (ffi: Ffi) => {
  // Memory is reachable from here until its call has returned. A reference in a local variable would not be enough:
  // an optimizing compiler forgets it after its last use, which is taking the address.
  const held: Array<Memory> = []

  const addressOf = (memory: Memory): Word => {
    if (memory.byteLength === 0) return 0
    held.push(memory)
    return ffi.address(memory)
  }

  const word = (argument: Argument | undefined): Word => {
    if (argument === null || argument === undefined) return 0
    if (typeof argument === "string") return addressOf(stringBytes(argument))
    return typeof argument === "object" ? addressOf(argument) : argument
  }

  const raw = (name: SyscallName, ...args: ReadonlyArray<Argument>): number => {
    const mark = held.length
    try {
      return ffi.call(
        syscallNumber(name, ffi.arch),
        word(args[0]),
        word(args[1]),
        word(args[2]),
        word(args[3]),
        word(args[4]),
        word(args[5])
      )
    } catch (error) {
      if (error instanceof ZeroByte) return -EINVAL
      throw error
    } finally {
      held.length = mark
    }
  }

  /** A call whose arguments are the kernel's own. `prepare` puts them into the kernel's form. */
  const simple =
    <Name extends keyof Syscalls>(name: Name, kernelName: SyscallName, prepare: Prepare<Name>) =>
    (...args: Parameters<Syscalls[Name]>): number => {
      const result = raw(kernelName, ...prepare(...args))
      if (result < 0) throw failed(name, result, args)
      return result
    }

  /** A call that a signal handler of the runtime may interrupt before it has done anything. */
  const repeated =
    <Name extends keyof Syscalls>(name: Name, kernelName: SyscallName, prepare: Prepare<Name>) =>
    (...args: Parameters<Syscalls[Name]>): number => {
      let result: number
      do result = raw(kernelName, ...prepare(...args))
      while (result === -EINTR)
      if (result < 0) throw failed(name, result, args)
      return result
    }

  const withAddresses: Syscalls["withAddresses"] = (memory, use) => {
    const mark = held.length
    try {
      return use(memory.map((each) => BigInt(addressOf(each))))
    } finally {
      held.length = mark
    }
  }

  /** Runs `use` with null-terminated arrays of pointers to strings. A zero byte inside a string is EINVAL. */
  const withVectors = (
    lists: ReadonlyArray<ReadonlyArray<KernelString>>,
    use: (vectors: ReadonlyArray<BigUint64Array>) => number
  ): number => {
    const mark = held.length
    try {
      return use(
        lists.map((list) => BigUint64Array.from([...list.map((each) => BigInt(addressOf(stringBytes(each)))), 0n]))
      )
    } catch (error) {
      if (error instanceof ZeroByte) return -EINVAL
      throw error
    } finally {
      held.length = mark
    }
  }

  return { raw, simple, repeated, withAddresses, withVectors }
}

const stringBytes = (value: KernelString): Uint8Array => {
  const bytes = cString(value)
  if (bytes === undefined) throw new ZeroByte()
  return bytes
}

/** A string with a zero byte inside, which the kernel would cut short. Becomes EINVAL. */
class ZeroByte extends Error {}

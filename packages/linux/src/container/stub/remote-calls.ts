import type { Arch, Ffi, Memory, Word } from "../../ffi/Ffi.ts"
import { SyscallError, failedWith } from "../../SyscallError.ts"
import { timespec, words32, words64 } from "../../memory.ts"
import { syscallNumbers } from "../../syscall-numbers.ts"
import type { Syscalls } from "../../Syscalls.ts"
import { writeAll } from "../../write-all.ts"
import { performedAt } from "../machine-code/Code.ts"
import { currentStage, StageFailure } from "../StageFailure.ts"
import { PR_GET_DUMPABLE, waitedFor } from "./waited-for.ts"
import { endings, forkCall, plainFork, requestAt, requestsFd, workspace } from "./program.ts"

/** Our ends of the two pipes of a stub. */
export interface StubLines {
  /** Written to. */
  readonly requests: number
  /** Read from. Its end tells that the stub has become another program, or is no more. */
  readonly answers: number
  /** Signals may end the wait for an answer: EINTR, and nothing more can be asked then. */
  readonly interruptible?: boolean
}

/** Nobody makes calls at the other end any more: the process has executed a program, or it has ended. */
export class StubGone extends Error {
  constructor() {
    super("the process has ended")
    this.name = "StubGone"
  }
}

/** System calls of another process. All of it throws {@link StubGone}, and `SyscallError` for what the kernel refuses. */
export interface RemoteCalls {
  /**
   * Each call is made there, with the memory that it is given copied to and fro. Calls whose result says nothing but that
   * they were made wait for the next one that is waited for, and go with it. When one of them fails nothing is done behind
   * it, and from then on every call throws a `StageFailure` of the stage in which that one was asked for.
   */
  readonly ffi: Ffi
  /** Makes what still waits, and throws when that fails. */
  readonly settle: () => void
  /** Makes each call that `ask` makes when it is asked for, and throws its own failure. */
  readonly now: <A>(ask: () => A) => A
  /** The calls that `ask` makes may fail. */
  readonly anyway: (ask: () => void) => void
  /** Has the calls that `ask` makes done and returns at once: the function that is returned tells what came of it. */
  readonly meanwhile: (ask: () => void) => () => void
  /** The other process is its own child from now on, which ends with the same code, or 128 and the signal's number. */
  readonly fork: () => void
  /**
   * Makes all calls that `ask` makes, whatever comes of each, in one go; returns their results in order, those that failed as
   * the negative number of the error. What they return while they are asked for means nothing.
   */
  readonly together: (ask: () => void) => ReadonlyArray<number>
  /** Among calls that are made {@link meanwhile}: a wait that ends when something else is asked for, and the rest with it. */
  readonly linger: (milliseconds: number) => void
}

const POLLIN = 1
/** Bytes of memory that calls may wait with. */
const mostWaiting = 262_144
const even = (bytes: number): number => (bytes + 15) & ~15

/** A record of a call in words of 32 bits. */
const recordInts = performedAt.length / 4
const intAt = (bytes: number): number => bytes / 4

/** Calls of one request. What is done here is done hundreds of times by code that runs for the first time: no iterators. */
interface Batch {
  count: number
  /** Records, one behind the other. */
  ints: Int32Array
  readonly endings: Array<number>
  /** In which stage each was asked for. */
  readonly stages: Array<string | undefined>
}

const emptyBatch = (): Batch => ({ count: 0, ints: new Int32Array(recordInts * 64), endings: [], stages: [] })

const putWord = (ints: Int32Array, at: number, value: Word): void => {
  if (typeof value === "bigint") {
    ints[at] = Number(BigInt.asIntN(32, value))
    ints[at + 1] = Number(BigInt.asIntN(32, value >> 32n))
  } else {
    ints[at] = value
    ints[at + 1] = value < 0 ? -1 : Math.floor(value / 0x1_0000_0000)
  }
}

/** Calls in the process at the other end of two pipes. Nobody else may ask it. */
export const remoteCalls = (sys: Syscalls, arch: Arch, lines: StubLines): RemoteCalls => {
  const ours = arch === "x64" ? 0 : 1
  const { readsOnly, setsOnly } = waitedFor(arch)

  let frame = new Uint8Array(32_768)
  let answer = new Uint8Array(32_768)
  const header = new Int32Array(requestAt.memory / 4)
  let used: number = requestAt.memory
  /** Memory of the call that is being asked for, and where it lies in the request. */
  let memories: Array<Memory> = []
  let places: Array<number> = []
  let batch = emptyBatch()
  /** What is thrown from now on. */
  let broken: StageFailure | undefined
  /** Whether calls are gathered for a request of their own. */
  let gathers = false
  /** Whether the results of all calls are wanted, and so all their memory. */
  let keeps = false
  let ending: number = endings.error
  let waits = true
  /** Reads the answer to what was asked for without waiting. */
  let unread: (() => void) | undefined

  const bytesOf = (memory: Memory): Uint8Array =>
    memory instanceof Uint8Array ? memory : new Uint8Array(memory.buffer, memory.byteOffset, memory.byteLength)

  const address = (memory: Memory): number => {
    const at = even(used)
    used = at + memory.byteLength
    if (used > workspace.bytes) throw new Error(`system calls with ${used} bytes of memory are too large`)
    if (used > frame.length) {
      const larger = new Uint8Array(used * 2)
      larger.set(frame)
      frame = larger
    }
    frame.set(bytesOf(memory), at)
    memories.push(memory)
    places.push(at)
    return workspace.address + at
  }

  /** Puts a call behind those that are there. */
  const put = (number: number, a0: Word, a1: Word, a2: Word, a3: Word, a4: Word, a5: Word, lastBy: number): void => {
    const { count } = batch
    let { ints } = batch
    const at = count * recordInts
    if (at + recordInts > ints.length) {
      const larger = new Int32Array(ints.length * 2)
      larger.set(ints)
      batch.ints = larger
      ints = larger
    }
    putWord(ints, at, number)
    putWord(ints, at + 2, a0)
    putWord(ints, at + 4, a1)
    putWord(ints, at + 6, a2)
    putWord(ints, at + 8, a3)
    putWord(ints, at + 10, a4)
    putWord(ints, at + 12, a5)
    putWord(ints, at + intAt(performedAt.ending), lastBy)
    putWord(ints, at + intAt(performedAt.result), 0)
    batch.endings[count] = lastBy
    batch.stages[count] = currentStage()
    batch.count = count + 1
  }

  const forgetMemory = (): void => {
    memories = []
    places = []
  }

  /** Writes a request of all calls that are there. Returns what reads the answer, and has it looked at. */
  const send = (back: boolean): (<A>(look: (sent: Batch, results: Int32Array) => A) => A) => {
    const sent = batch
    batch = emptyBatch()
    const callsAt = even(used)
    const end = callsAt + sent.count * performedAt.length
    const total = end + 8
    if (total > frame.length) {
      const larger = new Uint8Array(total * 2)
      larger.set(frame)
      frame = larger
    }
    const returned = back ? memories : []
    const from = places
    const answerAt = returned.length > 0 ? (from[0] ?? callsAt) : callsAt
    forgetMemory()
    used = requestAt.memory
    putWord(header, intAt(requestAt.total), total)
    putWord(header, intAt(requestAt.answer), workspace.address + answerAt)
    putWord(header, intAt(requestAt.answerLength), end - answerAt)
    putWord(header, intAt(requestAt.calls), workspace.address + callsAt)
    frame.set(new Uint8Array(header.buffer))
    frame.set(new Uint8Array(sent.ints.buffer, 0, sent.count * performedAt.length), callsAt)
    // -1: there is no further call.
    frame.fill(0xff, end, total)
    try {
      writeAll(sys, lines.requests, frame.subarray(0, total))
    } catch (error) {
      if (failedWith(error, "EPIPE")) throw new StubGone()
      throw error
    }
    return (look) => {
      readExactly(end - answerAt)
      for (let index = 0; index < returned.length; index++) {
        const memory = returned[index]
        const at = (from[index] ?? 0) - answerAt
        if (memory !== undefined) bytesOf(memory).set(answer.subarray(at, at + memory.byteLength))
      }
      const results = new Int32Array(answer.buffer, callsAt - answerAt, sent.count * recordInts)
      return look(sent, results)
    }
  }

  const resultOf = (results: Int32Array, index: number): number => {
    const at = index * recordInts + intAt(performedAt.result)
    const [low = 0, high = 0] = [results[at], results[at + 1]]
    return (low >>> 0) + high * 0x1_0000_0000
  }

  const take = lines.interruptible === true ? sys.readOnce : sys.read
  const readExactly = (length: number): void => {
    if (answer.length < length) answer = new Uint8Array(length * 2)
    for (let got = 0; got < length;) {
      const more = take(lines.answers, answer.subarray(got, length))
      if (more === 0) throw new StubGone()
      got += more
    }
  }

  /** Throws what became of calls that nobody looks at: all but the last one if that one is looked at. */
  const judge = (sent: Batch, results: Int32Array, last: boolean): number => {
    for (let index = 0; index < sent.count; index++) {
      const result = resultOf(results, index)
      if (last && index === sent.count - 1) return result
      if (result >= 0 || sent.endings[index] === endings.never) continue
      const number = sent.ints[index * recordInts] ?? 0
      const name = Object.entries(syscallNumbers).find(([, numbers]) => numbers[ours] === number)?.[0] ?? "fork"
      const error = new SyscallError({ call: name, errno: -result, detail: "" })
      broken = new StageFailure(sent.stages[index] ?? "start", error.message)
      throw broken
    }
    return 0
  }

  /** Makes what is there. Its last call is looked at by the caller if `last` says so. */
  const perform = (last: boolean, back: boolean): number => {
    if (batch.count === 0) return 0
    const read = send(back)
    // What was asked for before is answered first.
    const before = unread
    unread = undefined
    before?.()
    return read((sent, results) => judge(sent, results, last))
  }

  const call: Ffi["call"] = (number, a0, a1, a2, a3, a4, a5) => {
    if (broken !== undefined) throw broken
    const waiting = gathers || ending === endings.never || (waits && setsOnly(number, a0, a1))
    put(number, a0, a1, a2, a3, a4, a5, ending)
    if (keeps) return 0
    if (!waiting) return perform(true, !readsOnly(number))
    forgetMemory()
    if (used > mostWaiting && !gathers) perform(false, false)
    return 0
  }

  return {
    ffi: { arch, address, call },
    settle: () => {
      if (broken !== undefined) throw broken
      perform(false, false)
    },
    now: (ask) => {
      waits = false
      try {
        return ask()
      } finally {
        waits = true
      }
    },
    anyway: (ask) => {
      ending = endings.never
      try {
        ask()
      } finally {
        ending = endings.error
      }
    },
    meanwhile: (ask) => {
      perform(false, false)
      gathers = true
      try {
        ask()
      } finally {
        gathers = false
      }
      const read = send(false)
      unread = () => void read((sent, results) => judge(sent, results, false))
      return () => {
        // Something harmless to ask for: it ends what lingers.
        if (unread !== undefined) call(syscallNumbers.prctl[ours], PR_GET_DUMPABLE, 0, 0, 0, 0, 0)
      }
    },
    fork: () => {
      if (!gathers) throw new Error("a fork is asked for among other calls")
      put(forkCall, plainFork, 0, 0, 0, 0, 0, endings.error)
    },
    together: (ask) => {
      if (broken !== undefined) throw broken
      const first = batch.count
      const before = ending
      keeps = true
      ending = endings.never
      try {
        ask()
      } finally {
        keeps = false
        ending = before
      }
      if (batch.count === first) return []
      const read = send(true)
      unread?.()
      unread = undefined
      return read((sent, results) => {
        // What waited may have failed: nothing behind it was done then.
        judge(sent, results, false)
        return Array.from({ length: sent.count - first }, (_, index) => resultOf(results, first + index))
      })
    },
    linger: (milliseconds) => {
      const entry = address(words32(requestsFd, POLLIN))
      const limit = address(words64(...timespec(BigInt(milliseconds) * 1_000_000n)))
      put(syscallNumbers.ppoll[ours], entry, 1, limit, 0, 8, 0, endings.unlessZero)
      forgetMemory()
    }
  }
}

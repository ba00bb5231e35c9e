import { type Operand, performedAt, type Place, type Register, type Relation, type Step } from "../machine-code/Code.ts"
import type { Workspace } from "../machine-code/elf.ts"
import { syscallNumbers } from "../../syscall-numbers.ts"

/** Where requests come from, and where answers go. */
export const requestsFd = 3
export const answersFd = 4

/** Where a request lies while it is carried out. */
export const workspace: Workspace = { address: 0x1000_0000, bytes: 0x40_0000 }

/**
 * A request: its length in bytes, the address and the length of the part of it that is the answer, and the address of
 * its calls, words each; then memory for these; then the calls as `performedAt` has them, one behind the other, and in
 * place of a further one's number {@link lastCall}.
 */
export const requestAt = { total: 0, answer: 8, answerLength: 16, calls: 24, memory: 32 } as const

/** Which results of a call make it the last one of its request: errors, none, errors and numbers above 0. */
export const endings = { error: 0, never: 1, unlessZero: 2 } as const

/** In place of a call's number: there is no further call. */
const lastCall = -1
/**
 * In place of a call's number: the process forks, with the first argument as clone(2)'s flags. The child carries out the
 * rest and answers. The process itself only waits for it and ends as it does.
 */
export const forkCall = -2

const call = (name: keyof typeof syscallNumbers, given: ReadonlyArray<Operand>, result?: Register): Step => ({
  do: "call",
  number: { x64: syscallNumbers[name][0], arm64: syscallNumbers[name][1] },
  given,
  ...(result === undefined ? {} : { result })
})

const label = (name: string): Step => ({ do: "label", name })
const go = (to: string): Step => ({ do: "go", label: to })
const set = (to: Register, from: Operand): Step => ({ do: "set", to, from })
const add = (to: Register, number: number): Step => ({ do: "add", to, number })
const sum = (to: Register, addend: Register): Step => ({ do: "sum", to, with: addend })
const difference = (to: Register, less: Register): Step => ({ do: "difference", to, with: less })
const load = (to: Register, at: Place): Step => ({ do: "load", to, at })
const store = (from: Register, at: Place): Step => ({ do: "store", from, at })
const goWhen = (left: Register, is: Relation, right: number | Register, to: string): Step => ({
  do: "goWhen",
  left,
  is,
  right,
  label: to
})
const behind = (register: Register, bytes: number): Place => ({ behind: register, bytes })

const SIGCHLD = 17
const EINTR = 4
const SIG_BLOCK = 0
const signalSetSize = 8
const start = workspace.address
const status = { scratch: 0 }

/**
 * A process that makes the system calls that another one asks for, and nothing else: a loop of a few hundred bytes. It
 * ends when nobody can ask any more.
 */
export const stubProgram: ReadonlyArray<Step> = [
  { do: "begin", stack: "record", scratch: 16 },

  label("listen"),
  set("length", 0),
  // Never more than one request: the next one may be there already.
  set("total", requestAt.memory),
  label("read on"),
  set("number", start),
  sum("number", "length"),
  set("child", "total"),
  difference("child", "length"),
  call("read", [requestsFd, "number", "child"], "number"),
  goWhen("number", "below", 1, "leave"),
  sum("length", "number"),
  goWhen("length", "below", "total", "read on"),
  goWhen("total", "unequal", requestAt.memory, "have read"),
  set("total", start),
  load("total", behind("total", requestAt.total)),
  go("read on"),

  label("have read"),
  set("record", start),
  load("record", behind("record", requestAt.calls)),
  label("perform"),
  load("number", behind("record", performedAt.number)),
  goWhen("number", "equal", lastCall, "answer"),
  goWhen("number", "equal", forkCall, "fork"),
  { do: "perform", at: "record" },
  load("number", behind("record", performedAt.result)),
  goWhen("number", "below", 0, "failed"),
  goWhen("number", "equal", 0, "performed"),
  load("number", behind("record", performedAt.ending)),
  goWhen("number", "equal", endings.unlessZero, "answer"),
  label("performed"),
  add("record", performedAt.length),
  go("perform"),
  label("failed"),
  load("number", behind("record", performedAt.ending)),
  goWhen("number", "equal", endings.never, "performed"),

  label("answer"),
  set("number", start),
  load("total", behind("number", requestAt.answer)),
  load("length", behind("number", requestAt.answerLength)),
  label("write on"),
  goWhen("length", "below", 1, "listen"),
  call("write", [answersFd, "total", "length"], "number"),
  goWhen("number", "below", 1, "leave"),
  sum("total", "number"),
  difference("length", "number"),
  go("write on"),

  label("fork"),
  load("number", behind("record", performedAt.given)),
  call("clone", ["number", 0, 0, 0, 0], "child"),
  store("child", behind("record", performedAt.result)),
  goWhen("child", "equal", 0, "performed"),
  goWhen("child", "below", 0, "failed"),

  // Nobody's streams, pipes and sockets are held open by who only waits.
  call("close_range", [0, -1, 0]),
  // What a terminal sends to all of its processes is for the child's parent to pass on.
  set("number", -1),
  store("number", status),
  call("rt_sigprocmask", [SIG_BLOCK, status, 0, signalSetSize]),
  set("number", 0),
  store("number", status),
  label("wait"),
  call("wait4", ["child", status, 0, 0], "number"),
  goWhen("number", "equal", -EINTR, "wait"),
  goWhen("number", "below", 0, "leave"),
  // The code is in the second byte; the signal that has ended it is in the first.
  load("number", status),
  set("total", "number"),
  { do: "and", to: "number", number: 127 },
  goWhen("number", "equal", 0, "pass on code"),
  add("number", 128),
  call("exit_group", ["number"]),
  label("pass on code"),
  { do: "shiftRight", to: "total", bits: 8 },
  { do: "and", to: "total", number: 255 },
  call("exit_group", ["total"]),

  label("leave"),
  call("exit_group", [125])
]

/** clone(2)'s flags for a child that wait4(2) sees. */
export const plainFork = SIGCHLD

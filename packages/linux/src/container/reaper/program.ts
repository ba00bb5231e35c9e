import type { Address, Operand, Register, Relation, Step } from "../machine-code/Code.ts"

/**
 * Name of the variable that tells the program which file to execute. It is the last one of the environment, and the
 * command does not get it.
 */
export const commandVariable = "GANTRY_COMMAND"

/** Numbers of the system calls that only this program makes: x86-64, then arm64. */
const calls = {
  clone: [56, 220],
  execve: [59, 221],
  exit_group: [231, 94],
  getpid: [39, 172],
  ioctl: [16, 29],
  kill: [62, 129],
  prctl: [157, 167],
  rt_sigprocmask: [14, 135],
  rt_sigtimedwait: [128, 137],
  setpgid: [109, 154],
  wait4: [61, 260],
  write: [1, 64]
} as const

const call = (name: keyof typeof calls, given: ReadonlyArray<Operand>, result?: Register): Step => ({
  do: "call",
  number: { x64: calls[name][0], arm64: calls[name][1] },
  given,
  ...(result === undefined ? {} : { result })
})

const label = (name: string): Step => ({ do: "label", name })
const go = (to: string): Step => ({ do: "go", label: to })
const set = (to: Register, from: Operand): Step => ({ do: "set", to, from })
const add = (to: Register, number: number): Step => ({ do: "add", to, number })
const load = (to: Register, at: Register | { readonly scratch: number }): Step => ({ do: "load", to, at })
const store = (from: Register, at: Register | { readonly scratch: number }): Step => ({ do: "store", from, at })
const goWhen = (left: Register, is: Relation, right: number | Register, to: string): Step => ({
  do: "goWhen",
  left,
  is,
  right,
  label: to
})

const text = (name: string, content: string): ReadonlyArray<Step> => [
  label(name),
  { do: "bytes", bytes: new TextEncoder().encode(content) }
]

/** Everything but ILL, TRAP, ABRT, BUS, FPE, SEGV and SYS, which a fault of this program itself would raise. */
const forwarded = ~[4, 5, 6, 7, 8, 11, 31].reduce((mask, signal) => mask | (1 << (signal - 1)), 0)

const SIGCHLD = 17
const SIGKILL = 9
const SIG_SETMASK = 2
const PR_SET_PDEATHSIG = 1
const PR_SET_CHILD_SUBREAPER = 36
const TIOCSPGRP = 0x5410
const WNOHANG = 1
const ENOENT = 2
const everybody = -1
const wordBytes = 8

const signals: Address = { scratch: 0 }
const signalsAt = { scratch: 0 }
const answer: Address = { scratch: 8 }
const answerAt = { scratch: 8 }

const complaint = "init: the command cannot be executed\n"

/**
 * A first process: starts the command behind `--` of its own command line, passes every signal on to it, reaps whatever
 * is left to it, and ends as the command does, with 128 and the number of the signal when one has ended it.
 *
 * The command leads a process group of its own, in the foreground of the terminal if there is one, and dies with this
 * process. Nothing is allocated: it is a few pages of memory for as long as the container runs.
 */
export const reaperProgram: ReadonlyArray<Step> = [
  // The stack: number of words, their addresses, 0, addresses of variables, 0.
  { do: "begin", stack: "words", scratch: 32 },
  add("words", wordBytes),
  set("environment", "words"),
  label("skip words"),
  load("value", "environment"),
  add("environment", wordBytes),
  goWhen("value", "unequal", 0, "skip words"),
  // Its own name and `--` are not the command's.
  add("words", 2 * wordBytes),
  // The last variable names the file and goes away.
  set("self", "environment"),
  label("skip variables"),
  load("value", "self"),
  add("self", wordBytes),
  goWhen("value", "unequal", 0, "skip variables"),
  add("self", -2 * wordBytes),
  load("command", "self"),
  store("value", "self"),
  add("command", commandVariable.length + "=".length),

  // Signals wait until they are asked for.
  store("value", answerAt),
  set("value", forwarded),
  store("value", signalsAt),
  call("rt_sigprocmask", [SIG_SETMASK, signals, 0, wordBytes]),
  call("prctl", [PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0]),
  call("clone", [SIGCHLD, 0, 0, 0, 0], "self"),
  goWhen("self", "equal", 0, "be the command"),
  goWhen("self", "below", 0, "give up"),

  label("wait"),
  call("rt_sigtimedwait", [signals, 0, 0, wordBytes], "value"),
  goWhen("value", "below", 0, "wait"),
  goWhen("value", "equal", SIGCHLD, "reap"),
  call("kill", ["self", "value"]),
  go("wait"),

  label("reap"),
  call("wait4", [everybody, answer, WNOHANG, 0], "value"),
  goWhen("value", "below", 1, "wait"),
  goWhen("value", "unequal", "self", "reap"),
  // Its code is in the second byte; the signal that has ended it is in the first.
  load("value", answerAt),
  set("command", "value"),
  { do: "and", to: "value", number: 127 },
  goWhen("value", "equal", 0, "pass on code"),
  add("value", 128),
  call("exit_group", ["value"]),
  label("pass on code"),
  { do: "shiftRight", to: "command", bits: 8 },
  { do: "and", to: "command", number: 255 },
  call("exit_group", ["command"]),

  label("be the command"),
  call("prctl", [PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0]),
  call("setpgid", [0, 0]),
  call("getpid", [], "value"),
  store("value", answerAt),
  call("ioctl", [0, TIOCSPGRP, answer]),
  set("value", 0),
  store("value", signalsAt),
  call("rt_sigprocmask", [SIG_SETMASK, signals, 0, wordBytes]),
  call("execve", ["command", "words", "environment"], "self"),

  label("give up"),
  call("write", [2, { text: "complaint" }, complaint.length]),
  goWhen("self", "equal", -ENOENT, "not there"),
  call("exit_group", [126]),
  label("not there"),
  call("exit_group", [127]),
  ...text("complaint", complaint)
]

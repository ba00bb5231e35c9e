import { bad, good, type Result } from "../Result.ts"

/** Numbers on Linux for x86-64 and arm64, the first name of a number being the usual one. Spec: signal(7). */
const numbers: Readonly<Record<string, number>> = {
  HUP: 1,
  INT: 2,
  QUIT: 3,
  ILL: 4,
  TRAP: 5,
  ABRT: 6,
  IOT: 6,
  BUS: 7,
  FPE: 8,
  KILL: 9,
  USR1: 10,
  SEGV: 11,
  USR2: 12,
  PIPE: 13,
  ALRM: 14,
  TERM: 15,
  STKFLT: 16,
  CHLD: 17,
  CLD: 17,
  CONT: 18,
  STOP: 19,
  TSTP: 20,
  TTIN: 21,
  TTOU: 22,
  URG: 23,
  XCPU: 24,
  XFSZ: 25,
  VTALRM: 26,
  PROF: 27,
  WINCH: 28,
  IO: 29,
  POLL: 29,
  PWR: 30,
  SYS: 31
}

const firstRealTime = 34
const lastRealTime = 64

/** Reads a signal by name, with or without `SIG`, in any case, or by number. The result is its number. */
export const parseSignal = (text: string): Result<number> => {
  const invalid = bad(`invalid signal: ${text}`)
  if (/^\d+$/.test(text)) {
    const number = Number(text)
    return number >= 1 && number <= lastRealTime ? good(number) : invalid
  }
  const word = text.toUpperCase().replace(/^SIG/, "")
  const named = Object.hasOwn(numbers, word) ? numbers[word] : undefined
  if (named !== undefined) return good(named)
  const realTime = /^RT(MIN|MAX)(?:([-+])(\d{1,2}))?$/.exec(word)
  if (realTime === null) return invalid
  const [, base, sign, offset = "0"] = realTime
  const number = (base === "MIN" ? firstRealTime : lastRealTime) + (sign === "-" ? -1 : 1) * Number(offset)
  return number >= firstRealTime && number <= lastRealTime ? good(number) : invalid
}

/** The usual name with `SIG`: 9 is `SIGKILL`. Missing for numbers that are no signal or have no name. */
export const signalName = (number: number): string | undefined => {
  const usual = Object.entries(numbers).find(([, each]) => each === number)
  if (usual !== undefined) return `SIG${usual[0]}`
  if (number < firstRealTime || number > lastRealTime) return undefined
  if (number === lastRealTime) return "SIGRTMAX"
  return number === firstRealTime ? "SIGRTMIN" : `SIGRTMIN+${number - firstRealTime}`
}

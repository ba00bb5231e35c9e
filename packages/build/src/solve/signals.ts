import { nearest } from "@gantry/core/nearest"

/** Names of Linux' signals without SIG. Spec: signal(7). */
const names = (
  "ABRT ALRM BUS CHLD CLD CONT FPE HUP ILL INT IO IOT KILL PIPE POLL PROF PWR QUIT SEGV STKFLT STOP SYS TERM TRAP TSTP " +
  "TTIN TTOU URG USR1 USR2 VTALRM WINCH XCPU XFSZ"
).split(" ")

/** Whether the text is a signal that a container can be stopped with: a name in any case, with or without SIG, or a number. */
export const isSignal = (text: string): boolean => {
  if (/^\d{1,2}$/.test(text)) return Number(text) >= 1 && Number(text) <= 64
  const name = plain(text)
  if (names.includes(name)) return true
  const realTime = /^RT(?:MIN(?:\+(\d{1,2}))?|MAX(?:-(\d{1,2}))?)$/.exec(name)
  return realTime !== null && Number(realTime[1] ?? realTime[2] ?? 0) <= 30
}

/** What to write instead of a text that is no signal. */
export const nearSignal = (text: string): string => {
  const near = nearest(plain(text), names)
  return near === undefined ? "write a name such as SIGTERM, or a number" : `did you mean SIG${near}?`
}

const plain = (text: string): string => text.toUpperCase().replace(/^SIG/, "")

/** A program that has a stub make a call that never ends, and says what becomes of it. Argument: the stub's file. */
import { spawn } from "node:child_process"
import { arch } from "node:os"
import { O_CLOEXEC, SIGINT } from "../../../src/constants.ts"
import { remoteCalls } from "../../../src/container/stub/remote-calls.ts"
import { archOf } from "../../../src/ffi/Ffi.ts"
import { loadSyscallsSync } from "../../../src/load.ts"
import { makeSyscalls } from "../../../src/make-syscalls.ts"

const sys = loadSyscallsSync()
const [requestsIn, requests] = sys.pipe2(O_CLOEXEC)
const [answers, answersOut] = sys.pipe2(O_CLOEXEC)
const child = spawn(process.argv[2] ?? "", [], { stdio: ["pipe", "ignore", "inherit", requestsIn, answersOut] })
for (const fd of [requestsIn, answersOut]) sys.close(fd)
const remote = makeSyscalls(remoteCalls(sys, archOf(arch()), { requests, answers, interruptible: true }).ffi)

process.on("SIGINT", () => {
  process.stdout.write("heard\n")
  child.kill("SIGKILL")
})
sys.interrupts(SIGINT, true)
try {
  // Nobody writes to it.
  remote.read(0, new Uint8Array(1))
} catch (error) {
  process.stdout.write(`${(error as NodeJS.ErrnoException).code}\n`)
}

import { makeRecording } from "@gantry/linux/ffi/recording"
import type { Control } from "@gantry/linux/container/control"
import { type Kernel, realKernel } from "@gantry/linux/container/Kernel"
import { describe, expect, it } from "vitest"
import type { JoinConfig } from "../../src/init/config.ts"
import { join } from "../../src/init/join.ts"
import { sampleSpec } from "../sample-spec.ts"

/** What the kernel says of process 77, which began then. */
const stat = (startTime: number): string =>
  `77 (a b) S 1 ${Array.from({ length: 17 }, () => "0").join(" ")} ${startTime} 0`

/** Joins a container whose first process has begun at 4711, against doubles. Returns what was entered, and how it ended. */
const joined = (found: number) => {
  const recording = makeRecording()
  const { files } = realKernel()
  const kernel: Kernel = {
    sys: recording.syscalls,
    files: {
      ...files,
      read: (path) => (path === "/proc/77/stat" ? stat(found) : ""),
      readLink: () => "4712"
    }
  }
  const config: JoinConfig = {
    first: { pid: 77, startTime: 4711 },
    namespaces: ["ipc", "mnt"],
    process: { ...sampleSpec.process, seccomp: { type: "unconfined" } }
  }
  const answers: Array<unknown> = [config, { type: "go" }]
  const control: Control = {
    receive: () => answers.shift(),
    send: () => undefined,
    refuse: () => undefined,
    begun: () => undefined
  }
  let error: unknown
  try {
    join(kernel, control)
  } catch (cause) {
    error = cause
  }
  return { entered: recording.calls.filter((call) => call.startsWith("setns")).length, error }
}

describe("a process that joins a container", () => {
  it("enters its namespaces", () => {
    expect(joined(4711).entered).toBe(2)
  })

  it("enters none of a process that got the number of the container's first one when that had ended", () => {
    expect(joined(4800)).toMatchObject({ entered: 0, error: { stage: "join container", message: "it has ended" } })
  })
})

import { SyscallError } from "@gantry/linux/SyscallError"
import type { Syscalls } from "@gantry/linux/Syscalls"
import { describe, expect, it } from "vitest"
import { takeStreams } from "../../../src/supervisor/names/streams.ts"

const nothing = (call: string): never => {
  throw new SyscallError({ call, errno: 11, detail: "" })
}

/** The system calls of a listening socket with one conversation, in which somebody says these pieces. */
const conversation = (pieces: Array<Uint8Array>) => {
  const [listening, connection] = [3, 4]
  let accepted = false
  const happened = { read: 0, written: 0, closed: false }
  const sys = {
    fcntl: () => 0,
    accept4: () => {
      if (accepted) return nothing("accept4")
      accepted = true
      return connection
    },
    read: (_: number, into: Uint8Array) => {
      const piece = pieces.shift()
      if (piece === undefined) return nothing("read")
      into.set(piece)
      happened.read += piece.length
      return piece.length
    },
    write: (_: number, bytes: Uint8Array) => {
      happened.written += 1
      return bytes.length
    },
    close: () => {
      happened.closed = true
    }
  } satisfies Partial<Syscalls>
  return { sys: sys as Partial<Syscalls> as Syscalls, listening, happened }
}

/** As it comes over TCP: its length, then the question. */
const framed = (question: Uint8Array) => Uint8Array.from([question.length >> 8, question.length & 255, ...question])

const turn = () => new Promise((resolve) => setImmediate(resolve))

describe("questions over TCP", () => {
  it("are all answered when they come in one piece, as resolvers ask for addresses of both kinds", async () => {
    const asked: Array<number> = []
    const piece = [7, 8].flatMap((first) => [...framed(Uint8Array.of(first, 0, 0))])
    const { happened, listening, sys } = conversation([Uint8Array.from(piece)])
    const streams = takeStreams(sys, listening, (question) => {
      asked.push(question[0] ?? 0)
      return Promise.resolve(question)
    })
    streams.look()
    await turn()
    expect([asked, happened.written]).toEqual([[7, 8], 2])
    streams.close()
  })

  it("are one when they come in several pieces", async () => {
    const whole = framed(Uint8Array.from({ length: 300 }, (_, index) => index & 255))
    const { happened, listening, sys } = conversation([whole.slice(0, 1), whole.slice(1, 200), whole.slice(200)])
    const streams = takeStreams(sys, listening, (question) => {
      expect(question).toEqual(whole.slice(2))
      return Promise.resolve(question)
    })
    streams.look()
    await turn()
    expect(happened.written).toBe(1)
    streams.close()
  })

  it("stay with the kernel until those before them were answered: a container cannot fill this process with them", async () => {
    const question = framed(new Uint8Array(12))
    const perPiece = Math.floor(4096 / question.length)
    const piece = Uint8Array.from(Array.from({ length: perPiece }, () => [...question]).flat())
    const { happened, listening, sys } = conversation(Array.from({ length: 50 }, () => piece))
    const waiting: Array<() => void> = []
    const streams = takeStreams(
      sys,
      listening,
      (bytes) =>
        new Promise((resolve) => {
          waiting.push(() => resolve(bytes))
        })
    )
    streams.look()
    for (let answered = 0; answered < 1000; answered++) {
      expect(happened.read).toBeLessThanOrEqual(happened.written * question.length + 2 * piece.length)
      waiting.shift()?.()
      await turn()
    }
    expect(happened.written).toBe(1000)
    streams.close()
    expect(happened.closed).toBe(true)
  })

  it("end with one that is longer than any", () => {
    const { happened, listening, sys } = conversation(
      Array.from({ length: 3 }, () => Uint8Array.from({ length: 4096 }, () => 255))
    )
    takeStreams(sys, listening, () => Promise.resolve(undefined)).look()
    expect(happened.closed).toBe(true)
  })
})

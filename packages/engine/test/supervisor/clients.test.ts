import { afterEach, describe, expect, it, vi } from "vitest"
import { makeClient, makeClients, type Outlet } from "../../src/supervisor/clients.ts"

/** A reader that takes nothing until it is told to. */
const slowReader = (): Outlet & { readonly takeAll: () => void } => {
  const waiting: Array<() => void> = []
  return {
    write: (_, done) => {
      waiting.push(done)
      return false
    },
    once: () => undefined,
    takeAll: () => waiting.splice(0).forEach((done) => done())
  }
}

afterEach(() => vi.useRealTimers())

describe("the clients of a supervisor", () => {
  it("are told without waiting for one who takes nothing, who gets everything all the same", async () => {
    const reader = slowReader()
    const clients = makeClients()
    clients.add(makeClient(reader))
    clients.tell({ type: "started", pid: 1 })
    const flushed = clients.flushed()
    expect(await Promise.race([flushed, Promise.resolve("waits")])).toBe("waits")
    reader.takeAll()
    expect(await flushed).toBe(true)
  })

  it("have only so much kept for them that they do not take, and hear of what happens still", () => {
    const reader = slowReader()
    const clients = makeClients()
    const client = makeClient(reader)
    client.attached = true
    clients.add(client)
    for (let piece = 0; piece < 100; piece++) void clients.output([new Uint8Array(1 << 20)])
    expect(client.behind()).toBe(16 << 20)
    clients.tell({ type: "started", pid: 1 })
    expect(client.behind()).toBeGreaterThan(16 << 20)
    reader.takeAll()
    expect(client.behind()).toBe(0)
  })

  it("are not waited for when they have left, which is known then", async () => {
    const clients = makeClients()
    const client = makeClient(slowReader())
    clients.add(client)
    clients.tell({ type: "started", pid: 1 })
    const flushed = clients.flushed()
    clients.remove(client)
    expect(await flushed).toBe(false)
    expect(await clients.flushed()).toBe(true)
  })

  it("are let go of when they take nothing for a day, and not as long as they take a little", async () => {
    vi.useFakeTimers()
    const clients = makeClients()
    const [slow, deaf] = [slowReader(), slowReader()]
    const [reading, silent] = [makeClient(slow), makeClient(deaf)]
    for (const each of [reading, silent]) clients.add(each)
    silent.claimsCleanup = true
    clients.tell({ type: "started", pid: 1 })
    const flushed = clients.flushed()
    const hours = (count: number) => vi.advanceTimersByTimeAsync(count * 60 * 60 * 1000)
    await hours(12)
    expect(clients.cleanupClaimed()).toBe(true)
    slow.takeAll()
    clients.tell({ type: "exited", exit: { code: 0, oomKilled: false } })
    await hours(23)
    expect([clients.cleanupClaimed(), reading.behind() > 0]).toEqual([true, true])
    slow.takeAll()
    await hours(12)
    expect(clients.cleanupClaimed()).toBe(false)
    expect(await flushed).toBe(false)
    expect(vi.getTimerCount()).toBe(0)
  })
})

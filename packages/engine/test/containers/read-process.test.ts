import { describe, expect, it } from "vitest"
import { bootTime, readProcess } from "../../src/containers/read-process.ts"
import { parseTraffic } from "../../src/containers/read-usage.ts"

describe("what is known of a process", () => {
  it("is true of this one", () => {
    const self = readProcess(process.pid, bootTime())
    expect(self?.pid).toBe(process.pid)
    expect(self?.parent).toBe(process.ppid)
    expect(self?.uid).toBe(process.getuid?.())
    expect(self?.argv.length).toBeGreaterThan(0)
    expect(Math.abs((self?.startedAt ?? 0) - (Date.now() - process.uptime() * 1000))).toBeLessThan(5000)
  })

  it("is nothing when there is none", () => {
    expect(readProcess(2 ** 22 + 1, bootTime())).toBeUndefined()
  })
})

describe("traffic", () => {
  it("is the sum over all links but loopback", () => {
    const text = `Inter-|   Receive                                                |  Transmit
 face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed
    lo:     999       9    0    0    0     0          0         0      999       9    0    0    0     0       0          0
  eth0:    1230      12    0    0    0     0          0         0      586       7    0    0    0     0       0          0
eth1:4 1 0 0 0 0 0 0 5 1 0 0 0 0 0 0
`
    expect(parseTraffic(text)).toEqual({ received: 1234, sent: 591 })
  })
})

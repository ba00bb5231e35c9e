import { describe, expect, it } from "vitest"
import { hostSysctl } from "../../src/containers/host-sysctl.ts"

const [network, ipc] = [{ "net.ipv4.ip_forward": "1" }, { "kernel.shmmax": "1" }]

describe("kernel parameters of a container", () => {
  it.each([
    ["of the network, and the network is the host's", network, "not allowed in host network namespace"],
    ["of the network by a path", { "net/core/somaxconn": "1" }, 'sysctl "net/core/somaxconn" not allowed'],
    ["of shared memory, and that is the host's", { ...network, ...ipc }, 'sysctl "net.ipv4.ip_forward"'],
    ["of message queues, which go with shared memory", { "fs.mqueue.msg_max": "1" }, "in the hosts ipc namespace"]
  ])("are refused when one is %s", (_, sysctls, sentence) => {
    expect(hostSysctl(sysctls, { network: true, ipc: true })).toContain(sentence)
  })

  it("are taken where they are the container's own affair", () => {
    expect(hostSysctl({ ...network, ...ipc }, { network: false, ipc: false })).toBeUndefined()
    expect(hostSysctl(network, { network: false, ipc: true })).toBeUndefined()
    expect(hostSysctl(ipc, { network: true, ipc: false })).toBeUndefined()
  })
})

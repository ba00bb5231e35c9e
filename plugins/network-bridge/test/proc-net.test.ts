import { describe, expect, it } from "vitest"
import { inTheWay, parseSockets } from "../src/proc-net.ts"

const tcp = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 4711 1 0 100 0 0 10 0
   1: 020011AC:0050 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 4712 1 0 100 0 0 10 0
   2: 0100007F:1F90 0100007F:D431 01 00000000:00000000 00:00000000 00000000     0        0 4713 1 0 100 0 0 10 0
   3: 0100007F:D431 0100007F:1F90 06 00000000:00000000 03:00000A3B 00000000     0        0 0 3 0 0
`
const tcp6 = `  sl  local_address                         remote_address                        st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 00000000000000000000000000000000:1F90 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 5000 1 0 100 0 0 10 0
   1: 0000000000000000FFFF00000100007F:1F91 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 5001 1 0 100 0 0 10 0
   2: 00000000000000000000000001000000:1F92 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 5002 1 0 100 0 0 10 0
`
const udp = `   sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode ref pointer drops
  123: 00000000:0035 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 6000 2 0000000000000000 0
`

describe("parseSockets", () => {
  it("reads addresses, ports, states and inodes of all tables", () => {
    expect(parseSockets(tcp)).toEqual([
      { address: "127.0.0.1", port: 8080, listening: true, inode: 4711 },
      { address: "172.17.0.2", port: 80, listening: true, inode: 4712 },
      { address: "127.0.0.1", port: 8080, listening: false, inode: 4713 },
      { address: "127.0.0.1", port: 54_321, listening: false, inode: 0 }
    ])
    expect(parseSockets(udp)).toEqual([{ address: "0.0.0.0", port: 53, listening: true, inode: 6000 }])
  })

  it("shows an IPv4 address inside an IPv6 socket as such", () => {
    expect(parseSockets(tcp6).map(({ address }) => address)).toEqual([
      "0".repeat(32),
      "127.0.0.1",
      `${"0".repeat(31)}1`
    ])
  })

  it("finds nothing in a table that is not one", () => {
    expect(parseSockets("")).toEqual([])
    expect(parseSockets("a b c d e f g h i j k\n: : :")).toEqual([])
  })
})

describe("inTheWay", () => {
  const sockets = [...parseSockets(tcp), ...parseSockets(tcp6)]
  const inodes = (hostIp: string, port: number) => inTheWay(sockets, hostIp, port).map(({ inode }) => inode)

  it("holds those that listen on the address or on all of them", () => {
    expect(inodes("127.0.0.1", 8080)).toEqual([4711, 5000])
    expect(inodes("192.0.2.1", 8080)).toEqual([5000])
    expect(inodes("172.17.0.3", 80)).toEqual([])
  })

  it("holds every listener of the port when all addresses are wanted", () => {
    expect(inodes("0.0.0.0", 8080)).toEqual([4711, 5000])
    expect(inodes("0.0.0.0", 80)).toEqual([4712])
    expect(inodes("0.0.0.0", 8082)).toEqual([5002])
  })

  it("leaves out connections", () => {
    expect(inodes("127.0.0.1", 54_321)).toEqual([])
  })
})

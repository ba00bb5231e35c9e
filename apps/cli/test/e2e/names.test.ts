import { readFileSync } from "node:fs"
import { join } from "node:path"
import { createSocket, type Socket } from "node:dgram"
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest"
import { useGantry } from "./host/gantry.ts"

const gantry = useGantry()

/** A server of the host's loopback that no container reaches itself. */
const server = "127.94.7.53"

/** Answers every question for an address with 192.0.2.53, and remembers that it was asked. */
const serveNames = async (asked: Array<string>): Promise<Socket> => {
  const socket = createSocket("udp4")
  socket.on("message", (question, from) => {
    const answer = Buffer.concat([question, Buffer.from("c00c00010001000000050004c0000235", "hex")])
    answer.writeUInt16BE(0x8180, 2)
    answer.writeUInt16BE(1, 6)
    asked.push(question.toString("latin1"))
    socket.send(answer, from.port, from.address)
  })
  await new Promise<void>((resolve) => socket.bind(53, server, resolve))
  return socket
}

describe("names of containers", () => {
  const asked: Array<string> = []
  let socket: Socket

  beforeAll(async () => {
    socket = await serveNames(asked)
    await gantry.ok("network", "create", "--subnet", "10.214.1.0/24", "front")
    await gantry.ok("network", "create", "--subnet", "10.214.2.0/24", "--internal", "closed")
  })

  beforeEach(async () => {
    const aliased = ["--network", "name=front,alias=all,ip=10.214.1.20"]
    await gantry.ok("run", "-d", "--name", "web", "--dns", server, ...aliased, "base", "sleep", "1000")
    const more = ["--network", "front", "--network-alias", "all", "--hostname", "store"]
    await gantry.ok(
      "run",
      "-d",
      "--name",
      "db",
      "--ip",
      "10.214.1.30",
      "--dns",
      server,
      ...more,
      "base",
      "sleep",
      "1000"
    )
    await gantry.ok("run", "-d", "--name", "inner", "--dns", server, "--network", "closed", "base", "sleep", "1000")
    await gantry.ok("run", "-d", "--name", "plain", "--dns", server, "base", "sleep", "1000")
  })

  afterAll(async () => {
    socket.close()
    await gantry.ok("network", "rm", "front", "closed")
  })

  /** The addresses that a container finds, or the names of an address; sorted. */
  const find = async (from: string, name: string) => {
    const { stdout } = await gantry.try("exec", from, "nslookup", name)
    return [...stdout.matchAll(/^(?:Address: |.*name = )(\S+)$/gm)].map(([, found]) => found).toSorted()
  }

  it("lead to those in the same networks of one's own: by name, alias, short id and host name, and back", async () => {
    for (const name of ["db", "DB", "store", "db.front", (await gantry.field("db", "{{.Id}}")).slice(0, 12)]) {
      expect(await find("web", name)).toEqual(["10.214.1.30"])
    }
    expect(await find("db", "all")).toEqual(["10.214.1.20", "10.214.1.30"])
    expect(await find("web", "10.214.1.30")).toEqual(["db.front"])
    expect((await gantry.try("exec", "web", "ping", "-c", "1", "-W", "2", "db")).status).toBe(0)
    expect(await gantry.field("db", "{{json .NetworkSettings.Networks.front.Aliases}}")).toBe('["all"]')
    expect(asked).toEqual([])
  })

  it("are not told to those elsewhere, and nothing else is told to a network without a way out", async () => {
    expect(await find("inner", "web")).toEqual([])
    expect(await find("inner", "10.214.1.30")).toEqual([])
    expect(await find("inner", "secret.example")).toEqual([])
    expect(asked).toEqual([])
    const files = await gantry.ok("exec", "inner", "cat", "/etc/hosts")
    expect(files).not.toContain("10.214.1.")
    expect(await gantry.ok("exec", "plain", "cat", "/etc/resolv.conf")).toContain(`nameserver ${server}`)
  })

  it("are answered beside those of the host's servers, which containers need not reach", async () => {
    expect(await find("web", "elsewhere.example")).toContain("192.0.2.53")
    expect(asked.some((question) => question.includes("elsewhere"))).toBe(true)
  })

  it("survive bytes that are no question, many at once, on both transports", async () => {
    const flood =
      "head -c 3000 /dev/urandom | nc -u -w 1 127.0.0.11 53; head -c 100000 /dev/zero | nc -w 1 127.0.0.11 53"
    await gantry.try("exec", "web", "sh", "-c", `for n in 1 2 3; do (${flood}) >/dev/null 2>&1 & done; wait`)
    expect(await find("web", "db")).toEqual(["10.214.1.30"])
  })

  it("no longer lead to a container whose supervisor was killed, before any command has noticed", async () => {
    const shell = gantry.start("exec", "-i", "web", "sh")
    shell.write("nslookup db; echo first\n")
    await shell.says(/Address: 10\.214\.1\.30\n[^]*first\n/)
    const state = join(gantry.root, "containers", await gantry.field("db", "{{.Id}}"), "state.json")
    process.kill(JSON.parse(readFileSync(state, "utf8")).supervisor.pid, "SIGKILL")
    shell.write("until nslookup db | grep -q 192.0.2.53; do :; done; nslookup 10.214.1.30; exit\n")
    expect((await shell.ended).stdout).not.toContain("db.front")
  })

  it("follow a change of name, a restart and an end", async () => {
    await gantry.ok("rename", "db", "data")
    expect(await find("web", "data")).toEqual(["10.214.1.30"])
    await gantry.ok("restart", "-t", "0", "data", "web")
    expect(await find("web", "data")).toEqual(["10.214.1.30"])
    await gantry.ok("rm", "-f", "data")
    expect(await find("web", "all")).toEqual(["10.214.1.20"])
  })
})

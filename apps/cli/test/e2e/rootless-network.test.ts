import { execFileSync } from "node:child_process"
import { copyFileSync, mkdirSync, writeFileSync } from "node:fs"
import { createServer, type Server } from "node:http"
import type { AddressInfo } from "node:net"
import { networkInterfaces } from "node:os"
import { join } from "node:path"
import { afterAll, describe, expect, it } from "vitest"
import { helperNames } from "../../src/rootless/helper-names.ts"
import { findProgram } from "../../src/find-program.ts"
import { writeBaseContext } from "../base-context.ts"
import { freePort } from "./host/free-port.ts"
import { openUser } from "./host/ordinary-user.ts"
import { until } from "./host/until.ts"

const addresses = Object.values(networkInterfaces())
  .flatMap((each) => each ?? [])
  .filter(({ internal, scopeid }) => !internal && (scopeid ?? 0) === 0)
const four = addresses.find(({ family }) => family === "IPv4")?.address
/** slirp4netns has this range for itself. */
const six = addresses.find(({ address, family }) => family === "IPv6" && !address.startsWith("fd00::"))?.address

const listen = (host: string, words: string): Promise<Server> =>
  new Promise((done) => {
    const server = createServer((_, response) => response.end(words))
    server.listen(0, host, () => done(server))
  })
const portOf = (server: Server): number => (server.address() as AddressInfo).port

const page = (url: string) => until(`a page from ${url}`, async () => (await fetch(url)).text(), 10)
const answers = (url: string) =>
  fetch(url).then(
    () => true,
    () => false
  )

describe.each(helperNames)("an ordinary user's network by %s", (helper) => {
  const user = openUser(64_250)
  const servers: Array<Server> = []
  const served = async (host: string, words: string) => {
    const server = await listen(host, words)
    servers.push(server)
    return portOf(server)
  }
  const holder = () => user.processes().find(([, command]) => command.includes("__hold"))?.[0] ?? 0
  const said = (...words: ReadonlyArray<string>) => user.ok("exec", "web", "wget", "-qO-", ...words)
  const reaches = (url: string) => user.try("exec", "web", "timeout", "2", "wget", "-qO-", url)
  afterAll(() => servers.forEach((server) => server.close()))

  it.skipIf(findProgram(helper, undefined) === undefined || four === undefined)(
    "leads out and in, never to the host's loopback, comes back after its holder was killed, and leaves nothing",
    async () => {
      const places = join(user.home, ".config/gantry")
      mkdirSync(places, { recursive: true })
      writeFileSync(join(places, "gantry.config.json"), JSON.stringify({ rootless: { network: helper } }))
      execFileSync("chown", ["-R", String(user.uid), join(user.home, ".config")])
      const directory = user.context("base", {})
      writeBaseContext(directory)
      await user.ok("build", "-q", "-t", "base", directory)
      expect(user.processes().some(([, command]) => command.includes(`/${helper} `))).toBe(true)

      const [first, second, third] = [await freePort(), await freePort(), await freePort()]
      const serve = "mkdir /srv && echo from inside > /srv/index.html && httpd -f -p 80 -h /srv"
      const published = ["-p", `${first}:80`, "-p", `[::1]:${second}:80`]
      const network = ["--network", "wide"]
      await user.ok("network", "create", "--ipv6", "wide")
      await user.ok("run", "-d", "--name", "web", ...network, ...published, "base", "sh", "-c", serve)
      for (const at of [`127.0.0.1:${first}`, `${four}:${first}`, `[::1]:${first}`, `[::1]:${second}`]) {
        // oxlint-disable-next-line no-await-in-loop
        expect(await page(`http://${at}/`)).toBe("from inside\n")
      }

      const open = `http://${four}:${await served("0.0.0.0", "from outside")}/`
      expect(await said(open)).toBe("from outside")
      // The base's wget knows no addresses of IPv6.
      const overSix = async (address: string) => {
        const port = await served(address, "from outside, over six")
        return user.ok(
          "exec",
          "web",
          "sh",
          "-c",
          `printf 'GET / HTTP/1.0\\r\\n\\r\\n' | timeout 5 nc ${address} ${port}`
        )
      }
      const reached = six === undefined || helper !== "pasta" ? [] : [await overSix(six)]
      expect(reached.filter((each) => !each.includes("from outside, over six"))).toEqual([])
      const secret = await served("127.0.0.1", "for the host only")
      for (const host of ["10.0.2.2", "10.0.2.100", "10.0.2.3"]) {
        // oxlint-disable-next-line no-await-in-loop
        expect((await reaches(`http://${host}:${secret}/`)).stdout).toBe("")
      }

      await user.ok("port", "add", "web", `${third}:80`)
      expect(await page(`http://127.0.0.1:${third}/`)).toBe("from inside\n")
      await user.ok("port", "rm", "web", `${third}:80`)
      expect(await answers(`http://127.0.0.1:${third}/`)).toBe(false)

      const killed = holder()
      process.kill(killed, "SIGKILL")
      expect(await said(open)).toBe("from outside")
      expect(holder()).not.toBe(killed)
      expect(await page(`http://127.0.0.1:${first}/`)).toBe("from inside\n")
      await user.ok("port", "add", "web", `${third}:80`)
      expect(await page(`http://[::1]:${third}/`)).toBe("from inside\n")

      await user.ok("rm", "-f", "web")
      expect(await answers(`http://127.0.0.1:${first}/`)).toBe(false)
      process.kill(holder(), "SIGKILL")
      await until("all of the user's processes to end", () => user.processes().length === 0)
    }
  )
})

describe("an ordinary user without a program for the network", () => {
  const user = openUser(64_251)

  it("has published ports, and is told what is missing", async () => {
    const places = join(user.home, ".config/gantry")
    mkdirSync(places, { recursive: true })
    // A program of that name that cannot do it.
    const path = join(user.home, "bin")
    mkdirSync(path)
    copyFileSync("/bin/false", join(path, "pasta"))
    writeFileSync(join(places, "gantry.config.json"), JSON.stringify({ rootless: { network: "pasta" } }))
    execFileSync("chown", ["-R", String(user.uid), join(user.home, ".config"), path])
    const directory = user.context("base", {})
    writeBaseContext(directory)
    const port = await freePort()
    const built = await user.tryWith({ PATH: `${path}:/usr/bin:/bin` }, "build", "-q", "-t", "base", directory)
    expect(built.stderr).toMatch(
      /^gantry: pasta: .*: containers have no way out of their networks\n {2}try: gantry doctor/
    )
    const serve = "mkdir /srv && echo alone > /srv/index.html && httpd -f -p 80 -h /srv"
    await user.ok("run", "-d", "-p", `127.0.0.1:${port}:80`, "base", "sh", "-c", serve)
    expect(await page(`http://127.0.0.1:${port}/`)).toBe("alone\n")
  })
})

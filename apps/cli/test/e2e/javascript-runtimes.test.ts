import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { join, resolve } from "node:path"
import { describe, expect, it } from "vitest"
import { useGantry } from "./host/gantry.ts"
import { programs } from "./host/oci-runtimes.ts"
import { startProcess } from "./host/started.ts"

const gantry = useGantry()
const repository = resolve(import.meta.dirname, "../../../..")
const main = join(repository, "apps/cli/dist/bin.js")
const program = (name: string) => join(repository, "node_modules/.bin", name)

/** What opens files by system calls, and reads or closes them by the runtime's own functions, works in one of them alone. */
describe.each([
  ["Node", [program("node"), main]],
  ["Bun", [program("bun"), main]],
  ["Deno", [program("deno"), "run", "-A", main]]
] as const)("gantry under %s", (name, runtime) => {
  const run = (...args: ReadonlyArray<string>) =>
    startProcess([...runtime, ...args], { env: gantry.env, cwd: gantry.scratch, input: "" }).ended
  const ok = async (...args: ReadonlyArray<string>) => {
    const { status, stderr, stdout } = await run(...args)
    expect({ args, status, stderr }).toMatchObject({ status: 0 })
    return stdout
  }
  const called = (what: string) => `${what}-${name.toLowerCase()}`

  it("copies files to and from containers that run and that do not, and volumes", async () => {
    const [box, volume, folder] = [called("box"), called("volume"), join(gantry.scratch, called("folder"))]
    await ok("run", "-d", "--name", box, "-v", `${volume}:/kept`, "base", "sleep", "1000")
    mkdirSync(folder)
    writeFileSync(join(folder, "note"), "a note\n")
    await ok("cp", folder, `${box}:/kept/`)
    expect(await ok("exec", "-u", "app", box, "cat", `/kept/${called("folder")}/note`)).toBe("a note\n")
    await ok("volume", "export", "-o", join(folder, "volume.tar"), volume)
    await ok("volume", "create", called("copy"))
    await ok("volume", "import", called("copy"), join(folder, "volume.tar"))
    await ok("stop", "-t", "0", box)
    await ok("cp", `${box}:/etc`, join(folder, "etc"))
    expect(readFileSync(join(folder, "etc/passwd"), "utf8")).toContain("app:x:1000:")
    await ok("rm", box)
    const copied = ["-v", `${called("copy")}:/copy`, "base", "cat", `/copy/${called("folder")}/note`]
    expect(await ok("run", "--rm", ...copied)).toBe("a note\n")
    await ok("volume", "rm", volume, called("copy"))
  })

  it("tells a running container of a network that it joins", async () => {
    const [box, network] = [called("joining"), called("joined")]
    await ok("run", "-d", "--name", box, "--hostname", "its-name", "base", "sleep", "1000")
    await ok("network", "create", network)
    await ok("network", "connect", network, box)
    const hosts = (await ok("exec", box, "cat", "/etc/hosts")).split("\n").filter((line) => line.endsWith("\tits-name"))
    expect(hosts).toHaveLength(2)
    await ok("rm", "-f", box)
    await ok("network", "rm", network)
  })

  it("watches files for services, in directories that come later, too", async () => {
    const folder = join(gantry.scratch, called("watched"))
    mkdirSync(join(folder, "src"), { recursive: true })
    const watched =
      '{ path: src, action: sync+exec, target: /srv/app, exec: { command: ["find", "/srv/app", "-type", "f"] } }'
    const web = `{ image: base, command: sleep 600, stop_grace_period: 0s, develop: { watch: [${watched}] } }`
    writeFileSync(join(folder, "compose.yaml"), `services: { web: ${web} }\n`)
    const words = ["compose", "-p", called("shop"), "-f", join(folder, "compose.yaml")]
    const watch = startProcess([...runtime, ...words, "watch"], { env: gantry.env, cwd: gantry.scratch })
    await watch.says(/Watch enabled/)
    mkdirSync(join(folder, "src", "sub"))
    await watch.says(/Syncing service "web" after 1 changes/)
    writeFileSync(join(folder, "src", "sub", "first"), "1")
    await watch.says(/^\/srv\/app\/sub\/first$/m)
    rmSync(join(folder, "src", "sub"), { recursive: true })
    writeFileSync(join(folder, "src", "second"), "2")
    await watch.says(/Syncing .*\n\/srv\/app\/second$/m)
    watch.kill("SIGINT")
    expect((await watch.ended).status).toBe(130)
    await ok(...words, "down")
  })

  it.skipIf(!programs.includes("runc"))("has containers made by runc, joins them and builds by it", async () => {
    const box = called("runc")
    await ok("run", "-d", "--name", box, "--runtime", "runc", "base", "sleep", "1000")
    expect(await ok("exec", "-u", "app", box, "id", "-un")).toBe("app\n")
    await ok("rm", "-f", box)
    expect(await run("run", "--rm", "--runtime", "runc", "base", "no-such-program")).toMatchObject({ status: 127 })
    const context = gantry.context({ Dockerfile: `FROM base\nRUN echo ${name} > /by\n` })
    await ok("build", "--runtime", "runc", "-t", box, context)
    expect(await ok("run", "--rm", box, "cat", "/by")).toBe(`${name}\n`)
  })
})

describe("a program that is no runtime", () => {
  it("is told apart from one that refuses", async () => {
    const { status, stderr } = await gantry.try("run", "--rm", "--runtime", "/bin/true", "base", "true")
    expect([status, stderr]).toEqual([125, expect.stringContaining("/bin/true ended without a complaint")])
  })
})

import { execFileSync } from "node:child_process"
import { existsSync, readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { type Gantry, useGantry } from "./host/gantry.ts"
import { type RegistryServer, startRegistry } from "./host/registry.ts"
import { until } from "./host/until.ts"

const isClean = async (gantry: Gantry): Promise<string> => {
  const { status, stdout } = await gantry.try("check")
  return status === 0 ? "clean" : stdout
}

/** Kills a command some milliseconds after it began, or lets it end. */
const killed = async (gantry: Gantry, milliseconds: number, ...args: ReadonlyArray<string>): Promise<void> => {
  const started = gantry.start(...args)
  const timer = setTimeout(() => started.kill("SIGKILL"), milliseconds)
  await started.ended
  clearTimeout(timer)
}

const moments = [5, 40, 60, 70, 80, 90, 100, 120, 140, 170]

describe("after kill -9", () => {
  const gantry = useGantry()

  it.each(moments)("of a build after %i ms, check is clean, and so is the next build", async (moment) => {
    const context = gantry.context({
      Dockerfile: `FROM base\nCOPY f /\nRUN echo ${moment} > /g; dd if=/dev/zero of=/h bs=1024 count=500\nRUN cat /g > /i`,
      f: `${moment}`
    })
    await killed(gantry, moment, "build", "-t", "shot", context)
    expect(await isClean(gantry)).toBe("clean")
    await gantry.ok("build", "-t", "shot", context)
    expect(await isClean(gantry)).toBe("clean")
  })

  it.each(moments)("of a run and of a removal after %i ms, check is clean and nothing is left over", async (moment) => {
    await killed(gantry, moment, "run", "--name", "shot", "-v", "shot:/v", "-v", "/w", "base", "true")
    expect(await isClean(gantry)).toBe("clean")
    await gantry.try("run", "--name", "other", "-v", "/w", "base", "true")
    await killed(gantry, moment, "rm", "-v", "other", "shot")
    expect(await isClean(gantry)).toBe("clean")
    await killed(gantry, moment, "system", "prune", "-f", "--volumes")
    expect(await isClean(gantry)).toBe("clean")
    await gantry.removeAll()
    expect(readdirSync(join(gantry.root, "trees"))).toEqual([])
  })
})

describe("after kill -9 of a create", () => {
  const gantry = useGantry()
  const volumesOf = () => readdirSync(join(gantry.root, "volumes"), { withFileTypes: true }).map(({ name }) => name)

  it("that fills a volume, reconcile removes it, and none that a container had", async () => {
    // Files enough that it takes a while.
    await gantry.build(
      "many",
      "FROM base\nRUN mkdir /w && cd /w && i=0; while [ $i -lt 4000 ]; do echo > $i; i=$((i+1)); done\nVOLUME /w"
    )
    await gantry.ok("create", "--name", "kept", "-v", "/v", "base", "true")
    await gantry.ok("rm", "kept")
    const before = volumesOf()
    expect(before).toHaveLength(1)
    const create = gantry.start("create", "--name", "shot", "many")
    await until("the volume", () => volumesOf().length > 1)
    create.kill("SIGKILL")
    await create.ended
    expect(await gantry.ok("ps", "-aq")).toBe("")
    expect(await gantry.ok("volume", "ls", "-q")).not.toBe(before.join())
    await gantry.ok("system", "reconcile")
    expect(await gantry.ok("volume", "ls", "-q")).toBe(before.join())
    await gantry.ok("system", "prune", "-f", "--volumes")
  })
})

/** Processes of the host that sleep for that long, once there are any. */
const napping = async (seconds: string): Promise<ReadonlyArray<number>> => {
  const find = () =>
    readdirSync("/proc").filter((pid) => {
      try {
        return /^\d+$/.test(pid) && readFileSync(`/proc/${pid}/cmdline`, "utf8") === `sleep\0${seconds}\0`
      } catch {
        // It has just ended.
        return false
      }
    })
  await until("the nap to begin", () => find().length > 0)
  return find().map(Number)
}

describe("beside each other", () => {
  const gantry = useGantry()

  it("a prune of everything leaves a running build what it uses", async () => {
    await gantry.build("base2", "FROM base\nRUN echo base2 > /base2")
    // The command that the build waits for is ended from outside.
    const nap = "999.25"
    const dockerfile = (wait: string) =>
      [
        "FROM base2 AS tools",
        "RUN echo tool > /tool",
        "FROM base2 AS slow",
        `RUN ${wait} echo started > /started`,
        "FROM base2",
        "COPY --from=tools /tool /tool",
        "COPY --from=slow /started /started",
        "RUN cat /tool /started /base2 > /all"
      ].join("\n")
    await gantry.build("warm", dockerfile(""))
    const context = gantry.context({ Dockerfile: dockerfile(`echo begun; sleep ${nap};`) })
    const build = gantry.start("build", "--progress", "plain", "-t", "built", context)
    await build.says(/\d begun$/m, "stderr")
    await gantry.ok("rmi", "warm")
    const pruned = await gantry.ok("system", "prune", "-a", "-f")
    expect(pruned).not.toContain("base2")
    for (const pid of await napping(nap)) process.kill(pid, "SIGTERM")
    expect((await build.ended).status).toBe(0)
    expect(await gantry.ok("run", "--rm", "built", "cat", "/all")).toBe("tool\nstarted\nbase2")
    expect(await isClean(gantry)).toBe("clean")
    await gantry.ok("system", "prune", "-a", "-f")
    expect(await gantry.ok("images", "-aq")).toBe("")
    expect(readdirSync(join(gantry.root, "layers"))).toEqual(["skeleton"])
  })
})

describe("with a registry", () => {
  const gantry = useGantry()
  let registry: RegistryServer

  const skopeo = (...args: ReadonlyArray<string>): string => execFileSync("skopeo", args, { encoding: "utf8" })
  const inspected = (name: string) =>
    JSON.parse(skopeo("inspect", `oci:${gantry.root}:${name}`)) as { readonly Layers: ReadonlyArray<string> }

  beforeAll(async () => {
    registry = await startRegistry()
    await gantry.build("big", "FROM base\nRUN dd if=/dev/urandom of=/big bs=1024 count=4000")
    const archive = join(gantry.scratch, "big.tar")
    await gantry.ok("save", "-o", archive, "big")
    skopeo("copy", "--dest-tls-verify=false", `docker-archive:${archive}`, `docker://${registry.host}/big:1`)
  })
  afterAll(() => registry.close())

  it("the store stays a layout that other programs read, whatever is done to names", async () => {
    const name = `${registry.host}/big:1`
    await gantry.ok("pull", name)
    expect(inspected(name).Layers.length).toBeGreaterThan(1)
    await gantry.ok("tag", name, "other:2")
    expect(inspected("other:2")).toMatchObject({ Layers: inspected(name).Layers })
    await gantry.ok("rmi", "other:2")
    expect(() => inspected("other:2")).toThrow(/other:2|no descriptor/)
    expect(inspected("big:latest").Layers.length).toBe(inspected(name).Layers.length)
  })

  it("rmi tells of the digest that goes with the last tag, and takes an image by digest", async () => {
    const name = `${registry.host}/big`
    await gantry.ok("rmi", "-f", await gantry.field("big", "{{.Id}}"))
    await gantry.ok("pull", `${name}:1`)
    const [digest = ""] = JSON.parse(await gantry.field(`${name}:1`, "{{json .RepoDigests}}")) as ReadonlyArray<string>
    expect(digest).toContain(`${name}@sha256:`)
    await gantry.ok("tag", `${name}:1`, "kept")
    expect(await gantry.ok("rmi", `${name}:1`)).toBe(`Untagged: ${name}:1\nUntagged: ${digest}`)
    await gantry.ok("rmi", "kept")
    await gantry.ok("pull", digest)
    expect(await gantry.ok("rmi", digest)).toMatch(new RegExp(`^Untagged: ${digest}\nDeleted: sha256:`))
    expect(await isClean(gantry)).toBe("clean")
  })

  it("a pull gets again what a repair took away", async () => {
    const name = `${registry.host}/big:1`
    await gantry.ok("system", "prune", "-af")
    await gantry.ok("pull", name)
    const layers = readdirSync(join(gantry.root, "layers")).filter((each) => each !== "skeleton")
    for (const layer of layers) execFileSync("rm", ["-rf", join(gantry.root, "layers", layer, "diff/big")])
    const { stdout } = await gantry.try("check", "--repair")
    expect(stdout).toContain(`gantry pull ${name}`)
    await gantry.ok("pull", name)
    expect(await isClean(gantry)).toBe("clean")
    expect(await gantry.ok("run", "--rm", name, "wc", "-c", "/big")).toBe("4096000 /big")
  })

  it.each([
    ["another mode", "chmod 600 $diff/big"],
    ["another owner", "chown 7 $diff/big"],
    ["gone", "rm $diff/bin/wc"],
    ["not in its archive", "touch $diff/bin/extra"]
  ])("check sees what somebody did to a pulled layer that its archive does not show: %s", async (what, how) => {
    const name = `${registry.host}/big:1`
    await gantry.ok("pull", name)
    const layers = readdirSync(join(gantry.root, "layers")).filter((each) => each !== "skeleton")
    const has = (path: string) => layers.find((each) => existsSync(join(gantry.root, "layers", each, "diff", path)))
    const diff = join(gantry.root, "layers", has(how.includes("/bin/") ? "bin/wc" : "big") ?? "", "diff")
    execFileSync("sh", ["-c", how], { env: { ...process.env, diff } })
    const { status, stdout } = await gantry.try("check", "--repair")
    expect(stdout).toContain(what)
    expect(status).toBe(0)
    await gantry.ok("pull", name)
    expect(await isClean(gantry)).toBe("clean")
  })

  it.each([100, 130, 160, 190, 220, 260, 300, 350])(
    "a pull that is killed after %i ms leaves a clean store, and what it fetched is told and can be freed",
    async (moment) => {
      await gantry.try("system", "prune", "-af")
      await killed(gantry, moment, "pull", `${registry.host}/big:1`)
      expect(await isClean(gantry)).toBe("clean")
      await gantry.ok("system", "prune", "-af")
      expect(readdirSync(join(gantry.root, "layers"))).toEqual(["skeleton"])
      expect(readdirSync(join(gantry.root, "ingest"))).toEqual([])
      await until(
        "the registry to answer",
        async () => (await gantry.try("pull", "-q", `${registry.host}/big:1`)).status === 0
      )
      expect(await isClean(gantry)).toBe("clean")
    }
  )
})

import { beforeEach, describe, expect, it } from "vitest"
import { useGantry } from "./host/gantry.ts"
import { runProcess } from "./host/started.ts"

describe("listings", () => {
  const gantry = useGantry()

  beforeEach(async () => {
    await gantry.ok("run", "--name", "done", "-l", "kind=old", "base", "sh", "-c", "exit 2").catch(() => {})
    await gantry.ok(
      "run",
      "-d",
      "--name",
      "web",
      "-l",
      "kind=new",
      "-l",
      "extra",
      "-p",
      "127.0.0.1::80",
      "base",
      "sleep",
      "600"
    )
    await gantry.ok("create", "--name", "idle", "base", "sh", "-c", "echo a rather long command line")
  })
  const lines = async (...args: ReadonlyArray<string>) =>
    (await gantry.ok(...args)).split("\n").filter((line) => line !== "")
  const names = (...args: ReadonlyArray<string>) => lines("ps", "--format", "{{.Names}}", ...args)

  it("are the same whether the engine is loaded for them or not", async () => {
    await gantry.ok("run", "-d", "--name", "still", "-v", "things:/things", "base", "sleep", "600")
    await gantry.ok("pause", "still")
    const shown =
      "{{.ID}}|{{.Image}}|{{.Command}}|{{.State}}|{{.Ports}}|{{.Names}}|{{.Labels}}|{{.Mounts}}|{{.Networks}}"
    // A filter is nothing for who has no engine.
    const everything = ["--filter", "name=."]
    for (const options of [
      ["--format", shown],
      ["-a", "--format", shown],
      ["-a", "--format", `table ${shown}`, "--no-trunc"],
      ["-aq"],
      ["-q", "--no-trunc"],
      ["-l", "--format", "{{.Names}}"],
      ["-n", "2", "-q"],
      ["-a", "--format", '{{.Label "kind"}} {{.Size}}']
    ]) {
      const without = await gantry.ok("ps", ...options)
      expect(without).toBe(await gantry.ok("ps", ...options, ...everything))
      expect(without).not.toBe("")
    }
    await gantry.ok("unpause", "still")
  })

  it("`ps` shows running containers in seven columns", async () => {
    const [header = "", ...rows] = await lines("ps")
    expect(header.split(/\s{2,}/).map((word) => word.trim())).toEqual([
      "CONTAINER ID",
      "IMAGE",
      "COMMAND",
      "CREATED",
      "STATUS",
      "PORTS",
      "NAMES"
    ])
    expect(rows).toHaveLength(1)
    expect(rows[0]).toMatch(/^[0-9a-f]{12}\s+base\s+"sleep 600"\s+.* ago\s+Up .*\s+127\.0\.0\.1:\d+->80\/tcp\s+web$/)
  })

  it("`ps -a` shows all, the newest first, and their states", async () => {
    expect(await names("-a")).toEqual(["idle", "web", "done"])
    const status = await lines("ps", "-a", "--format", "{{.Status}}")
    expect(status[0]).toBe("Created")
    expect(status[1]).toMatch(/^Up /)
    expect(status[2]).toMatch(/^Exited \(2\) .* ago$/)
  })

  it("`ps` shortens commands to twenty characters, and ids to twelve, unless told not to", async () => {
    expect(await gantry.ok("ps", "-l", "--format", "{{.Command}}")).toBe('"sh -c \'echo a rathe…"')
    expect(await gantry.ok("ps", "-l", "--no-trunc", "--format", "{{.ID}} {{.Command}}")).toMatch(
      /^[0-9a-f]{64} "sh -c 'echo a rather long command line'"$/
    )
  })

  it("`ps -q`, `-n` and `-l` show ids, the last few, and the last one", async () => {
    for (const id of await lines("ps", "-aq")) expect(id).toMatch(/^[0-9a-f]{12}$/)
    expect(await names("-n", "2")).toEqual(["idle", "web"])
    expect(await names("-l")).toEqual(["idle"])
  })

  it("`ps -f` joins values of one key with or, and keys with and", async () => {
    expect(await names("-f", "status=exited", "-f", "status=created")).toEqual(["idle", "done"])
    expect(await names("-a", "-f", "label=kind=new", "-f", "status=exited")).toEqual([])
    expect(await names("-a", "-f", "label=extra")).toEqual(["web"])
    expect(await names("-a", "-f", "name=^w")).toEqual(["web"])
    expect(await names("-f", "exited=2")).toEqual(["done"])
    expect(await names("-a", "-f", `id=${(await gantry.field("web", "{{.Id}}")).slice(0, 6)}`)).toEqual(["web"])
    await gantry.build("child", "FROM base\nLABEL role=child\n")
    await gantry.ok("create", "--name", "kid", "child")
    expect(await names("-a", "-f", "ancestor=base")).toEqual(["kid", "idle", "web", "done"])
    expect(await names("-a", "-f", "ancestor=child")).toEqual(["kid"])
    await gantry.ok("rm", "kid")
    await gantry.ok("rmi", "child")
    const unknown = await gantry.try("ps", "-f", "colour=red")
    expect([unknown.status, unknown.stderr.includes("colour")]).toEqual([1, true])
  })

  it("`ps` shows the ID of an image whose name has moved on, with and without filters", async () => {
    await gantry.ok("tag", "base", "moving")
    await gantry.ok("create", "--name", "older", "moving")
    const id = await gantry.ok("image", "inspect", "-f", "{{.Id}}", "moving")
    const shown = async (...args: ReadonlyArray<string>) => [
      await gantry.ok("ps", "-l", "--format", "{{.Image}}", ...args),
      await gantry.ok("ps", "-a", "-f", "name=older", "--format", "{{.Image}}", ...args)
    ]
    expect(await shown()).toEqual(["moving", "moving"])
    const context = gantry.context({ Dockerfile: "FROM base\nLABEL newer=1\n" })
    const newer = await gantry.ok("build", "-q", "-t", "moving", context)
    expect(await shown()).toEqual([id.slice(7, 19), id.slice(7, 19)])
    expect(await shown("--no-trunc")).toEqual([id, id])
    await gantry.ok("tag", id, "moving")
    expect(await shown()).toEqual(["moving", "moving"])
    await gantry.ok("untag", "base", "moving")
    expect(await shown()).toEqual([id.slice(7, 19), id.slice(7, 19)])
    await gantry.ok("rm", "older")
    await gantry.ok("rmi", newer)
  })

  it("`ps --format json` prints one object of texts a line", async () => {
    const rows = (await lines("ps", "-a", "--format", "json")).map(
      (line) => JSON.parse(line) as Record<string, unknown>
    )
    expect(rows).toHaveLength(3)
    for (const row of rows) for (const value of Object.values(row)) expect(typeof value).toBe("string")
    expect(rows[1]).toMatchObject({
      Names: "web",
      Image: "base",
      State: "running",
      Labels: "extra=,kind=new",
      Networks: "bridge"
    })
    expect((await lines("ps", "--format", "json"))[0]).toContain(String.raw`-\u003e80/tcp`)
  })

  it("`ps --format` takes templates and tables, and refuses fields that do not exist", async () => {
    expect(await lines("ps", "-a", "--format", '{{.Label "kind"}}/{{upper .State}}')).toEqual([
      "/CREATED",
      "new/RUNNING",
      "old/EXITED"
    ])
    const [header = "", row = ""] = await lines("ps", "--format", "table {{.Names}}\t{{.Image}}")
    expect(header.split(/\s{2,}/)).toEqual(["NAMES", "IMAGE"])
    expect(row.split(/\s{2,}/)).toEqual(["web", "base"])
    const unknown = await gantry.try("ps", "-a", "--format", "{{.Nmaes}}")
    expect(unknown.status).toBe(1)
    expect(unknown.stderr).toContain("Nmaes")
  })

  it("`inspect` prints an array in Docker's words", async () => {
    const [found] = JSON.parse(await gantry.ok("inspect", "web"))
    expect(found).toMatchObject({
      Id: expect.stringMatching(/^[0-9a-f]{64}$/),
      Name: "/web",
      Path: "sleep",
      Args: ["600"],
      Image: expect.stringMatching(/^sha256:[0-9a-f]{64}$/),
      State: { Status: "running", Running: true, ExitCode: 0, OOMKilled: false, Pid: expect.any(Number) },
      Config: {
        Image: "base",
        Cmd: ["sleep", "600"],
        Entrypoint: null,
        Labels: { kind: "new", extra: "" },
        Tty: false
      },
      HostConfig: { NetworkMode: "bridge", AutoRemove: false, Privileged: false },
      NetworkSettings: {
        Ports: { "80/tcp": [{ HostIp: "127.0.0.1" }] },
        Networks: {
          bridge: { IPPrefixLen: expect.any(Number), MacAddress: expect.stringMatching(/^([0-9a-f]{2}:){5}/) }
        }
      },
      Mounts: []
    })
    expect(Date.parse(found.Created)).toBeGreaterThan(Date.now() - 3_600_000)
  })

  it("`inspect` of what is not there prints an empty array and fails", async () => {
    const outcome = await gantry.try("inspect", "nosuch")
    expect([outcome.status, outcome.stdout.trim()]).toEqual([1, "[]"])
    expect(outcome.stderr).toContain("nosuch")
    const both = await gantry.try("inspect", "-f", "{{.Name}}", "web", "nosuch")
    expect([both.status, both.stdout]).toEqual([1, "/web\n"])
  })

  it("`inspect --type` looks for one kind only", async () => {
    expect((await gantry.try("inspect", "--type", "image", "web")).status).toBe(1)
    expect(JSON.parse(await gantry.ok("inspect", "--type", "image", "base"))[0].RepoTags).toEqual(["base:latest"])
  })

  it("`images` shows one row a tag in five columns", async () => {
    await gantry.ok("tag", "base", "other/base:v2")
    const [header = "", ...rows] = await lines("images")
    expect(header.split(/\s{2,}/)).toEqual(["REPOSITORY", "TAG", "IMAGE ID", "CREATED", "SIZE"])
    expect(rows.map((row) => row.split(/\s+/).slice(0, 2).join(":")).toSorted()).toEqual([
      "base:latest",
      "other/base:v2"
    ])
    const ids = await lines("images", "-q")
    expect(ids).toHaveLength(2)
    expect(new Set(ids).size).toBe(1)
    expect(await lines("images", "--format", "{{.Repository}}", "other/base")).toEqual(["other/base"])
    expect(await lines("images", "-q", "other")).toEqual([])
    expect(await lines("images", "-f", "reference=oth*/*", "--format", "{{.Tag}}")).toEqual(["v2"])
    expect(await lines("images", "--no-trunc", "--format", "{{.ID}}", "base")).toEqual([
      await gantry.field("base", "{{.Id}}")
    ])
    expect(await gantry.ok("rmi", "other/base:v2")).toBe("Untagged: other/base:v2")
    expect((await lines("images")).length).toBe(2)
  })

  it("`rmi` refuses an image that a container needs", async () => {
    const refused = await gantry.try("rmi", "base")
    expect(refused.status).toBe(1)
    expect(refused.stderr).toMatch(/done|web|idle/)
    expect(await lines("images", "-q")).toHaveLength(1)
  })

  it("`rmi` removes an image, and leaves what the images below it and the build cache need of its layers", async () => {
    await gantry.build("above", "FROM base\nRUN echo x > /x\n")
    const text = await gantry.ok("rmi", "above")
    expect(text).toMatch(/^Untagged: above:latest\nDeleted: sha256:[0-9a-f]{64}/)
    expect(await gantry.ok("run", "--rm", "base", "echo", "fine")).toBe("fine")
    expect((await gantry.build("above", "FROM base\nRUN echo x > /x\n")).stderr).toContain("CACHED")
    await gantry.ok("rmi", "above")
    // Nobody else has the layers then, so that they go with the records.
    await gantry.ok("builder", "prune", "-f")
    expect((await gantry.build("above", "FROM base\nRUN echo x > /x\n")).stderr).not.toContain("CACHED")
  })

  it("`images` hides what has lost its name, and `-a` and `-f dangling=true` show it", async () => {
    await gantry.build("moving", "FROM base\nLABEL n=1\n")
    const first = (await gantry.field("moving", "{{.Id}}")).slice(7, 19)
    await gantry.build("moving", "FROM base\nLABEL n=2\n")
    expect(await lines("images", "-q")).not.toContain(first)
    expect(await lines("images", "-aq")).toContain(first)
    expect(await lines("images", "-q", "-f", "dangling=true")).toEqual([first])
    await gantry.ok("rmi", first)
    await gantry.ok("rmi", "moving")
  })

  it("`version` and `help` answer without an engine", async () => {
    expect(await gantry.ok("--version")).toMatch(/^gantry version \d+\.\d+\.\d+/)
    expect(await gantry.ok("version")).toMatch(/\d+\.\d+\.\d+/)
    expect(await gantry.ok("--help")).toMatch(/ run [\s\S]* build [\s\S]* inspect /)
    expect(await gantry.ok("run", "--help")).toMatch(/--publish/)
  })

  it("what has a view of its own is JSON or a template when `--format` says so", async () => {
    await gantry.ok("exec", "web", "touch", "/made")
    expect(await lines("diff", "--format", "{{.Type}} {{.Path}}", "web")).toContain("A /made")
    expect(await lines("top", "--format", "{{.UID}} {{.CMD}}", "web")).toEqual(["root sleep 600"])
    expect(JSON.parse(await gantry.ok("top", "--format", "json", "web", "-o", "pid,comm"))).toMatchObject({
      COMMAND: "sleep"
    })
    const port = await gantry.field("web", '{{(index (index .NetworkSettings.Ports "80/tcp") 0).HostPort}}')
    expect(JSON.parse(await gantry.ok("port", "--format", "json", "web"))).toEqual({
      Port: "80/tcp",
      HostIP: "127.0.0.1",
      HostPort: port
    })
    expect(await lines("port", "--format", "table {{.HostPort}}", "web", "80")).toEqual(["HOST PORT", port])
    expect(await gantry.ok("check", "--quick", "--format", "{{.clean}}")).toBe("true")
    expect(JSON.parse(await gantry.ok("layers", "--format", "json", "base"))).toHaveProperty("layers")
  })

  it("shells complete names of what there is, from the program itself", async () => {
    const complete = async (script: string) =>
      (await runProcess(["bash", "-c", script], { env: gantry.env, cwd: gantry.scratch })).split("\n").filter(Boolean)
    const program = gantry.command.join(" ")
    const teach = `source <(${program} completion bash | sed 's|"\${words\\[0\\]}"|${program}|'); compopt() { :; }`
    const press = (line: string, pieces: string, at: number) =>
      `${teach}; COMP_LINE='${line}' COMP_POINT=\${#COMP_LINE} COMP_WORDS=(${pieces}) COMP_CWORD=${at}; _gantry_complete; printf '%s\\n' "\${COMPREPLY[@]}"`
    expect(await complete(press("gantry stop ", "gantry stop ''", 2))).toEqual(["web"])
    expect(await complete(press("gantry rm web i", "gantry rm web i", 3))).toEqual(["idle"])
    // bash cuts words at colons and equals signs, and replaces the last piece only.
    expect(await complete(press("gantry rmi base:l", "gantry rmi base : l", 4))).toEqual(["latest"])
    expect(await complete(press("gantry run --network=ho", "gantry run --network = ho", 4))).toEqual(["host"])
    expect(await lines("__complete", "start", "")).toEqual(["idle\tbase", "done\tbase"])
  })
})

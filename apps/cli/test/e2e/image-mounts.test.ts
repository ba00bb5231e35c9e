import { readdirSync, renameSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, it } from "vitest"
import { useGantryBy } from "./host/gantry.ts"
import { everyRuntime } from "./host/oci-runtimes.ts"

const dockerfile = `FROM scratch
COPY --chown=1000:2000 hello /data/hello
COPY hello /top
`

describe.each(everyRuntime)("images that are mounted, by %s", (runtime) => {
  const gantry = useGantryBy(runtime)
  const mount = (more = "") => ["--mount", `type=image,source=data,target=/seen${more}`]
  const run = (more: string, script: string) => gantry.try("run", "--rm", ...mount(more), "base", "sh", "-c", script)

  it("have their files as they are, for reading only unless asked otherwise, or a part of them", async () => {
    await gantry.build("data", dockerfile, { hello: "hello\n" })
    const { stderr, stdout } = await run("", "ls /seen; stat -c '%u:%g' /seen/data/hello; ! touch /seen/new")
    expect(stdout).toBe("data\ntop\n1000:2000\n")
    expect(stderr).toContain("Read-only file system")
    expect((await run(",image-subpath=data/hello", "cat /seen")).stdout).toBe("hello\n")
    expect((await run(",rw,subpath=data", "echo more >> /seen/hello; cat /seen/hello")).stdout).toBe("hello\nmore\n")
    expect((await run("", "cat /seen/data/hello")).stdout).toBe("hello\n")
  })

  it("stay for as long as the container does, with what it has written into them", async () => {
    await gantry.build("data", dockerfile, { hello: "hello\n" })
    await gantry.ok(
      "run",
      "-d",
      "--name",
      "viewer",
      ...mount(",rw"),
      "base",
      "sh",
      "-c",
      "echo x > /seen/kept; sleep 1000"
    )
    const running = await gantry.try("rmi", "-f", "data")
    expect(running.stderr).toContain("running container viewer")
    await gantry.ok("untag", "data")
    await gantry.ok("system", "prune", "-af")
    await gantry.ok("restart", "-t", "0", "viewer")
    expect(await gantry.ok("exec", "viewer", "cat", "/seen/top", "/seen/kept")).toBe("hello\nx")
    expect(await gantry.field("viewer", "{{json .Mounts}}")).toBe(
      '[{"Type":"image","Source":"data","Destination":"/seen","Mode":"","RW":true,"Propagation":""}]'
    )
    expect(await gantry.ok("diff", "viewer")).toBe("A /seen")
    expect(await gantry.ok("check")).toContain("all is well")
    await gantry.ok("stop", "-t", "0", "viewer")
    await gantry.ok("cp", "viewer:/seen/kept", `${gantry.scratch}/kept`)
    const tree = readdirSync(join(gantry.root, "trees")).find((name) => name.endsWith(".0")) ?? ""
    renameSync(join(gantry.root, "trees", tree), join(gantry.scratch, tree))
    expect((await gantry.try("check")).stdout).toContain("what it mounts of data is gone")
    await gantry.ok("rm", "viewer")
    expect(await gantry.ok("image", "prune", "-af")).toContain("deleted: sha256:")
  })
})

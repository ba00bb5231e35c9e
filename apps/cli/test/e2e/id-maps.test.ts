import { chownSync, mkdirSync, statSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, it } from "vitest"
import { useGantryBy } from "./host/gantry.ts"
import { everyRuntime } from "./host/oci-runtimes.ts"
import { until } from "./host/until.ts"

/** Whom a file belongs to. */
const ownerOf = (path: string) => {
  const { gid, uid } = statSync(path)
  return `${uid}:${gid}`
}

describe.each(everyRuntime)("binds whose owners are seen as others, by %s", (runtime) => {
  const gantry = useGantryBy(runtime)
  const out = (...args: ReadonlyArray<string>) => gantry.ok("run", "--rm", ...args)
  const seen = (path: string) => ["stat", "-c", "%u:%g", path] as const
  let count = 0
  const directoryOf = (uid: number, gid: number) => {
    const path = join(gantry.scratch, `owned${++count}`)
    mkdirSync(path, { mode: 0o755 })
    writeFileSync(join(path, "file"), "text\n")
    for (const each of [path, join(path, "file")]) chownSync(each, uid, gid)
    return path
  }

  it("idmap makes the owner of the directory the container's user, and the other way round", async () => {
    const path = directoryOf(4242, 4343)
    expect(await out("-v", `${path}:/d:idmap`, "base", "sh", "-c", "stat -c %u:%g /d/file; touch /d/root")).toBe("0:0")
    expect(ownerOf(join(path, "root"))).toBe("4242:4343")
    const asUser = ["-u", "app", "--mount", `type=bind,src=${path},dst=/d,idmap`, "base"]
    expect(await out(...asUser, "sh", "-c", "stat -c %u:%g /d/file; touch /d/app")).toBe("1000:1000")
    expect(ownerOf(join(path, "app"))).toBe("4242:4343")
  })

  it("idmap keeps other owners, and lets nobody in the container write as one that it hides", async () => {
    const path = directoryOf(4242, 4242)
    chownSync(join(path, "file"), 5, 6)
    writeFileSync(join(path, "roots"), "")
    const script = "stat -c %u:%g /d/file /d/roots; chown 4242 /d/file 2>/dev/null || echo refused"
    expect(await out("-v", `${path}:/d:idmap`, "base", "sh", "-c", script)).toBe("5:6\n65534:65534\nrefused")
    expect(ownerOf(join(path, "file"))).toBe("5:6")
  })

  it("idmap=uids=… says which numbers, for reading only as well", async () => {
    const path = directoryOf(4242, 4343)
    const map = "idmap=uids=4242-7-1#0-8-1;gids=4343-9-1"
    expect(await out("-v", `${path}:/d:ro,${map}`, "base", ...seen("/d/file"))).toBe("7:9")
    const { status, stderr } = await gantry.try("run", "--rm", "-v", `${path}:/d:ro,${map}`, "base", "touch", "/d/x")
    expect([status, stderr]).toEqual([1, expect.stringContaining("Read-only file system")])
  })

  it("is there after a restart, for exec, and for cp from a container that is stopped", async () => {
    const path = directoryOf(4242, 4343)
    await gantry.ok("run", "-d", "--name", "kept", "-v", `${path}:/d:idmap`, "base", "sleep", "1000")
    await gantry.ok("restart", "-t", "0", "kept")
    expect(await gantry.ok("exec", "kept", ...seen("/d/file"))).toBe("0:0")
    await gantry.ok("stop", "-t", "0", "kept")
    writeFileSync(join(gantry.scratch, "roots"), "")
    const refused = await gantry.try("cp", join(path, "file"), "kept:/d/copied")
    expect(refused.stderr).toContain("kept:/d is mounted with other owners (idmap), and has none for the owner")
    await gantry.ok("cp", join(gantry.scratch, "roots"), "kept:/d/copied")
    expect(ownerOf(join(path, "copied"))).toBe("4242:4343")
  })

  it("is there when the supervisor starts the container anew by itself", async () => {
    const path = directoryOf(4242, 4343)
    const script =
      "echo >> /d/starts; test $(wc -l < /d/starts) -gt 2 && stat -c %u:%g /d/starts > /d/done; test -f /d/done"
    await gantry.ok("run", "-d", "--restart", "on-failure", "-v", `${path}:/d:idmap`, "base", "sh", "-c", script)
    expect(await until("the third start", () => ownerOf(join(path, "done")))).toBe("4242:4343")
  })

  it("is shown by inspect as it can be typed", async () => {
    const path = directoryOf(4242, 4343)
    const map = "idmap=uids=4242-0-1;gids=4343-0-2"
    await gantry.ok("create", "--name", "shown", "-v", `${path}:/d:ro,${map}`, "base")
    expect(await gantry.field("shown", "{{(index .Mounts 0).Mode}} {{.HostConfig.Binds}}")).toBe(
      `ro,${map} [${path}:/d:ro,${map}]`
    )
  })

  it("says which file systems cannot do it", async () => {
    const { status, stderr } = await gantry.try("run", "--rm", "-v", "/proc:/d:idmap", "base", "true")
    expect(status).toBe(125)
    expect(stderr).toContain("could not map the owners of /proc: its file system, or one mounted below it, cannot")
    expect(stderr).toContain("try: go without idmap")
  })
})

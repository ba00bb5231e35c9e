import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  symlinkSync,
  writeFileSync
} from "node:fs"
import { join } from "node:path"
import { tarPieces } from "@gantry/core/tree/tar-write"
import type { TreeEntry } from "@gantry/core/tree/TreeEntry"
import { beforeEach, describe, expect, it } from "vitest"
import { useGantry } from "./host/gantry.ts"
import { runProcess } from "./host/started.ts"

const meta = { mode: 0o644, uid: 0, gid: 0, mtimeNs: 0n }
const tarFile = (path: string): TreeEntry => ({
  ...meta,
  type: "file",
  path,
  size: 5,
  content: { from: "bytes", bytes: Buffer.from("wrong") }
})
const tar = (...entries: ReadonlyArray<TreeEntry>) => Buffer.concat([...tarPieces(entries, undefined, { plain: true })])

describe("cp", () => {
  const gantry = useGantry()
  const host = (...parts: ReadonlyArray<string>) => join(gantry.scratch, ...parts)
  const inside = (script: string) => gantry.ok("exec", "box", "sh", "-c", script)
  const cp = (...args: ReadonlyArray<string>) => gantry.try("cp", ...args)
  let count = 0
  /** A new directory of the host that commands can name. */
  const fresh = () => {
    const name = `h${++count}`
    mkdirSync(host(name))
    return name
  }

  beforeEach(async () => {
    mkdirSync(host("bound"), { recursive: true })
    await gantry.ok(
      "run",
      "-d",
      "--name",
      "box",
      "-v",
      "kept:/vol",
      "-v",
      `${host("bound")}:/b`,
      "-v",
      `${host("bound")}:/ro:ro`,
      "base",
      "sleep",
      "600"
    )
  })

  it("copies files and directories both ways, by docker's rules, and keeps modes and owners", async () => {
    const dir = fresh()
    mkdirSync(host(dir, "d", "sub"), { recursive: true })
    writeFileSync(host(dir, "d", "sub", "s"), "s\n")
    writeFileSync(host(dir, "f"), "hi\n", { mode: 0o640 })
    await inside("mkdir -p /w/e")
    for (const [from, to] of [
      ["f", "box:/w/new"],
      ["f", "box:w/e"],
      ["d", "box:/w/e"],
      ["d/.", "box:/w/e"],
      ["d/.", "box:/w/made"]
    ] as const) {
      expect(await cp(`${dir}/${from}`, to)).toMatchObject({ status: 0, stdout: "", stderr: "" })
    }
    expect(await inside("cd /w; stat -c '%a %u' new; find . -type f | sort | tr '\\n' ' '")).toBe(
      "640 0\n./e/d/sub/s ./e/f ./e/sub/s ./made/sub/s ./new "
    )
    await inside("chown -R 1000:1000 /w; chmod 4711 /w/new; ln /w/new /w/e/hard; ln -s /w/new /w/l; ln -s e /w/le")
    await gantry.ok("cp", "box:/w", `${dir}/w`)
    expect(lstatSync(host(dir, "w/new"))).toMatchObject({ uid: 0, gid: 0, mode: 0o104711, nlink: 2 })
    expect(readlinkSync(host(dir, "w/l"))).toBe("/w/new")
    await gantry.ok("cp", "-a", "box:/w/e/.", `${dir}/kept`)
    expect(lstatSync(host(dir, "kept/f"))).toMatchObject({ uid: 1000, gid: 1000 })
    await gantry.ok("cp", "-L", "box:/w/l", dir)
    expect(readFileSync(host(dir, "l"), "utf8")).toBe("hi\n")
    await gantry.ok("cp", "box:/w/le/", `${dir}/dir`)
    expect(readdirSync(host(dir, "dir")).toSorted()).toEqual(["d", "f", "hard", "sub"])
  })

  it("says what is wrong in docker's words, and changes nothing", async () => {
    const dir = fresh()
    mkdirSync(host(dir, "d"))
    writeFileSync(host(dir, "f"), "hi\n")
    await inside("mkdir -p /w/dir/f; touch /w/file")
    for (const [args, text] of [
      [[`${dir}/f`, "box:/w/no/x"], "No such container:path: box:/w/no"],
      [[`${dir}/f`, "box:/w/no/"], "no such directory"],
      [[`${dir}/d`, "box:/w/file"], "cannot copy directory"],
      [[`${dir}/f`, "box:/w/dir"], "cannot overwrite directory with non-directory: box:/w/dir/f"],
      [[`${dir}/no`, "box:/w"], `lstat ${host(dir, "no")}: no such file or directory`],
      [[`${dir}/f/`, "box:/w"], "not a directory"],
      [[`${dir}/f`, `${dir}/d`, "box:/w/file"], 'destination "box:/w/file" must be a directory'],
      [[`${dir}/f`, "box:/ro/x"], "read-only"],
      [["box:/no", "."], "No such container:path: box:/no"],
      [["box:/w/file", `${dir}/no/x`], `invalid output path: directory "${host(dir, "no")}" does not exist`],
      [["a", "b"], "must specify at least one container source"],
      [["box:/a", "box:/b"], "copying between containers is not supported"],
      [["box:", "."], "source can not be empty"],
      [["nobody:/x", "."], "No such container: nobody"]
    ] as const) {
      const { status, stderr } = await cp(...args)
      expect({ args, status, stderr }).toMatchObject({ status: 1, stderr: expect.stringContaining(text) })
    }
    expect(await inside("find /w | sort | tr '\\n' ' '")).toBe("/w /w/dir /w/dir/f /w/file ")
  })

  it("reaches volumes and binds, and the files of a container that does not run", async () => {
    const dir = fresh()
    writeFileSync(host(dir, "f"), "hi\n")
    await gantry.ok("cp", `${dir}/f`, "box:/vol/running")
    await gantry.ok("cp", `${dir}/f`, "box:/b/running")
    await inside("echo own > /own")
    await gantry.ok("stop", "-t", "0", "box")
    await gantry.ok("cp", `${dir}/f`, "box:/vol/stopped")
    await gantry.ok("cp", `${dir}/f`, "box:/own2")
    await gantry.ok("cp", "box:/own", `${dir}/own`)
    await gantry.ok("cp", "box:/vol", `${dir}/vol`)
    expect(readFileSync(host(dir, "own"), "utf8")).toBe("own\n")
    expect(readdirSync(host(dir, "vol")).toSorted()).toEqual(["running", "stopped"])
    expect(existsSync(host("bound/running"))).toBe(true)
    await gantry.ok("start", "box")
    expect(await inside("cat /own2; ls /vol")).toBe("hi\nrunning\nstopped")
  })

  it("looks patterns up in the container, and copies several sources into a directory", async () => {
    const dir = fresh()
    await inside("mkdir /logs; touch /logs/a.log /logs/b.log /logs/.c.log /logs/x '/logs/*'")
    await gantry.ok("cp", "box:/logs/?.log", "box:/etc/passwd", dir)
    expect(readdirSync(host(dir)).toSorted()).toEqual(["a.log", "b.log", "passwd"])
    await gantry.ok("cp", "box:/logs/*", `${dir}/star`)
    expect(lstatSync(host(dir, "star")).isFile()).toBe(true)
    expect((await cp("box:/logs/*.no", dir)).stderr).toContain("No such container:path: box:/logs/*.no")
  })

  it("reads and writes archives on the standard streams, also hostile ones", async () => {
    await inside("mkdir /t /u; echo x > /t/.wh.x; ln -s /tmp /t/l")
    const archive = await gantry.start("cp", "box:/t", "-").ended
    expect(archive.status).toBe(0)
    await gantry.tryWith(Buffer.from(archive.stdout), "cp", "-", "box:/u")
    expect(await inside("cat /u/t/.wh.x; readlink /u/t/l")).toBe("x\n/tmp")
    const secret = host("secret")
    writeFileSync(secret, "of the host\n")
    for (const evil of [
      tar(tarFile(`..${secret}`)),
      tar({ ...meta, type: "symlink", path: "a", target: gantry.scratch }, { ...tarFile("a2") }),
      tar({ ...meta, type: "hardlink", path: "h", target: secret.slice(1) })
    ])
      await gantry.tryWith(evil, "cp", "-", "box:/u")
    expect((await gantry.tryWith(tar(tarFile("t/l/x")), "cp", "-", "box:/u")).status).toBe(1)
    expect(readFileSync(secret, "utf8")).toBe("of the host\n")
    expect(await inside("ls /tmp")).toBe("")
    const refused = await gantry.tryWith("no archive", "cp", "-", "box:/u")
    expect(refused).toMatchObject({ status: 1, stdout: "" })
    expect(refused.stderr).toMatch(/^gantry: what was given is no tar archive\n {2}why: .+\n$/)
    expect((await gantry.tryWith("", "cp", "-", "box:/none")).stderr).toContain(
      'destination "box:/none" must be a directory'
    )
  })

  it("never leaves the container while a process in it swaps directories for links", async () => {
    const secret = fresh()
    writeFileSync(host(secret, "f"), "of the host\n")
    const dir = fresh()
    mkdirSync(host(dir, "in"))
    writeFileSync(host(dir, "in", "planted"), "from the host\n")
    await inside(`mkdir -p /w/s/deep; echo inside > /w/s/f; echo inside > /w/s/deep/f; ln -s ${host(secret)} /w/link`)
    await gantry.ok("exec", "-d", "box", "sh", "-c", "cd /w; while :; do mv s t; mv link s; mv s link; mv t s; done")
    for (let round = 0; round < 8; round++) {
      await cp("box:/w", `${dir}/out${round}`)
      await cp("box:/w/s/f", `${dir}/f${round}`)
      await cp("-L", "box:/w/s/f", `${dir}/L${round}`)
      await cp(`${dir}/in/.`, "box:/w/s")
      await cp(`${dir}/in/planted`, "box:/w/s/deep")
    }
    const contents = (at: string): ReadonlyArray<string> =>
      readdirSync(at, { withFileTypes: true }).flatMap((entry) =>
        entry.isDirectory()
          ? contents(join(at, entry.name))
          : entry.isFile()
            ? [readFileSync(join(at, entry.name), "utf8")]
            : []
      )
    expect(new Set(contents(host(dir)))).toEqual(new Set(["inside\n", "from the host\n"]))
    expect(readdirSync(host(secret))).toEqual(["f"])
  })

  it("copies all of a container that runs, without what the kernel tells in it", async () => {
    await inside("echo text > /made")
    const { bytes, status, stderr } = await gantry.try("cp", "box:/", "-")
    expect([status, stderr]).toEqual([0, ""])
    const names = await runProcess(["tar", "t"], { env: gantry.env, input: bytes })
    const below = (directory: string) =>
      names.split("\n").filter((name) => new RegExp(`^(\\./)?${directory}/.`).test(name))
    expect(names).toMatch(/^(\.\/)?made$/m)
    expect([below("proc"), below("sys"), below("dev/pts")]).toEqual([[], [], []])
  })

  it("leaves devices in the container", async () => {
    const dir = fresh()
    await inside("mkdir /dd; mknod /dd/null c 1 3; touch /dd/f")
    const { status, stderr } = await cp("box:/dd", dir)
    expect({ status, stderr }).toEqual({ status: 0, stderr: "Devices are not copied to the host: dd/null\n" })
    expect(readdirSync(host(dir, "dd"))).toEqual(["f"])
  })

  it("volumes go out as archives and come in again", async () => {
    await inside("cd /vol; mkdir d; echo v > d/f; chown 7:8 d/f; chmod 2750 /vol; ln -s /etc l")
    await gantry.ok("volume", "export", "kept", "-o", host("v.tar"))
    await gantry.ok("volume", "create", "second")
    await gantry.ok("volume", "import", "second", "v.tar")
    expect(
      await gantry.ok(
        "run",
        "--rm",
        "-v",
        "second:/v",
        "base",
        "sh",
        "-c",
        "cd /v; stat -c '%a %u:%g' . d/f; cat d/f; readlink l"
      )
    ).toBe("2750 0:0\n644 7:8\nv\n/etc")
    symlinkSync("/etc", host("planted"))
    const evil = tar({ ...meta, type: "symlink", path: "l", target: "/etc" }, tarFile("m"))
    await gantry.tryWith(evil, "volume", "import", "second", "-")
    expect((await gantry.tryWith(tar(tarFile("l/gantry-was-here")), "volume", "import", "second")).status).toBe(1)
    expect(existsSync("/etc/gantry-was-here")).toBe(false)
    expect((await gantry.try("volume", "export", "nosuch")).stderr).toContain("no such volume: nosuch")
  })
})

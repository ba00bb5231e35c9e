import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { plainSpec } from "@gantry/core/runtime/ContainerSpec"
import { Either } from "effect"
import { afterEach, beforeEach, describe, expect, it } from "vitest"
import { editing } from "../../src/devices/editing.ts"
import { findEdits } from "../../src/devices/find-edits.ts"
import { readCdiFiles } from "../../src/devices/read-cdi-files.ts"

const device = (name: string, env: string) => ({ name, containerEdits: { env: [env] } })
const file = (...devices: ReadonlyArray<unknown>) => ({ cdiVersion: "0.6.0", kind: "vendor.com/net", devices })

describe("devices by the Container Device Interface", () => {
  let top: string
  beforeEach(() => {
    top = mkdtempSync(join(tmpdir(), "cdi-"))
    for (const name of ["etc", "run"]) mkdirSync(join(top, name))
  })
  afterEach(() => rmSync(top, { recursive: true }))

  const write = (path: string, content: unknown) =>
    writeFileSync(join(top, path), typeof content === "string" ? content : JSON.stringify(content))
  const edits = (...names: ReadonlyArray<string>) =>
    findEdits(names, readCdiFiles([join(top, "etc"), join(top, "nowhere"), join(top, "run")]))
  const variables = (...names: ReadonlyArray<string>) =>
    Either.getOrThrow(edits(...names)).flatMap(({ env = [] }) => env)

  it("are found by vendor, class and name, after what their file has for all of them, said once", () => {
    write("etc/a.json", { ...file(device("a", "A=1"), device("b", "B=1")), containerEdits: { env: ["ALL=1"] } })
    write("etc/b.json", { ...file(device("a", "A=2")), kind: "vendor.com/other" })
    write("etc/notes.txt", "no file of the interface")
    expect(variables("vendor.com/net=b", "vendor.com/net=a", "vendor.com/other=a")).toEqual([
      "ALL=1",
      "B=1",
      "A=1",
      "A=2"
    ])
  })

  it("of a later directory count before those of an earlier one, and of two in one directory neither does", () => {
    write("etc/a.json", file(device("a", "A=etc"), device("b", "B=etc")))
    write("run/a.json", file(device("a", "A=run")))
    expect(variables("vendor.com/net=a", "vendor.com/net=b")).toEqual(["A=run", "B=etc"])
    write("run/b.json", file(device("a", "A=again")))
    expect(edits("vendor.com/net=a")).toEqual(
      Either.left({
        devices: ["vendor.com/net=a"],
        because: [`vendor.com/net=a is in ${join(top, "run/a.json")} and in ${join(top, "run/b.json")}`]
      })
    )
  })

  it("that nobody describes are named, with the files that could not be read", () => {
    write("etc/a.json", file(device("a", "A=1")))
    write("etc/b.json", "{")
    write("etc/c.json", { kind: 7 })
    const found = edits("vendor.com/net=a", "vendor.com/net=x", "other.com/net=a")
    expect(found).toMatchObject(Either.left({ devices: ["vendor.com/net=x", "other.com/net=a"] }))
    const because = Either.isLeft(found) ? found.left.because : []
    expect(because.map((each) => each.split(":")[0])).toEqual([join(top, "etc/b.json"), join(top, "etc/c.json")])
  })
})

describe("the edits for a device", () => {
  const spec = {
    ...plainSpec("c1", { type: "directory", path: "/x" }, { argv: ["true"], env: ["PATH=/bin", "A=0"] }),
    mounts: [{ type: "tmpfs", target: "/lib/one", options: "" } as const]
  }
  const edited = (...edits: Parameters<typeof editing>[0]) => Either.map(editing(edits), (edit) => edit(spec))

  it("add nodes, mounts, variables and groups, and take the place of what is mounted there", () => {
    const made = Either.getOrThrow(
      edited(
        {
          env: ["A=1", "B=2"],
          deviceNodes: [{ path: "/dev/one" }, { path: "/dev/two", hostPath: "/dev/2", permissions: "r" }],
          additionalGids: [7, 7]
        },
        {
          mounts: [
            {
              hostPath: "/opt/lib",
              containerPath: "/lib/one",
              options: ["ro", "nosuid", "nodev", "rbind", "rprivate"]
            },
            { hostPath: "tmpfs", containerPath: "/cache", type: "tmpfs", options: ["size=1m", "mode=700"] }
          ]
        }
      )
    )
    expect(made.process.env).toEqual(["PATH=/bin", "A=1", "B=2"])
    expect(made.process.groups).toEqual(["7"])
    expect(made.devices).toEqual([
      { hostPath: "/dev/one", containerPath: "/dev/one", access: "rwm" },
      { hostPath: "/dev/2", containerPath: "/dev/two", access: "r" }
    ])
    expect(made.mounts).toEqual([
      {
        type: "bind",
        source: "/opt/lib",
        target: "/lib/one",
        readonly: true,
        recursive: true,
        propagation: "rprivate"
      },
      { type: "tmpfs", target: "/cache", options: "size=1m,mode=700" }
    ])
  })

  it.each([
    [{ hooks: [{ hookName: "createContainer", path: "/bin/x" }] }, "hooks"],
    [{ intelRdt: {} }, "Intel RDT"],
    [{ netDevices: [{}] }, "network devices"],
    [{ mounts: [{ hostPath: "/a", containerPath: "/b", options: ["idmap"] }] }, "option idmap"],
    [{ mounts: [{ hostPath: "/a", containerPath: "/b", type: "nfs" }] }, "type nfs"]
  ])("%j are refused, which gantry does not do", (edits, word) => {
    expect(edited(edits)).toEqual(Either.left(expect.stringContaining(word)))
  })
})

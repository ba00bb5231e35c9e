import { execFileSync } from "node:child_process"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { type Kernel, realKernel } from "@gantry/linux/container/Kernel"
import { identify } from "@gantry/linux/process-identity"
import { describe, expect, it } from "vitest"
import { identityIn, requireFirst, requireProgram } from "../../src/run/inside.ts"

describe("the files of a container that an OCI runtime makes", () => {
  const kernel = realKernel()
  const root = { user: "root", groups: [] }

  it("say who a process is", () => {
    const directory = mkdtempSync(join(tmpdir(), "inside-"))
    writeFileSync(join(directory, "passwd"), "root:x:7:8::/home/of/root:/bin/sh\n")
    const at = <A>(path: string, use: (place: string) => A) => use(join(directory, path.replace("/etc/", "")))
    expect(identityIn(kernel, { at }, root)).toEqual({ uid: 7, gid: 8, groups: [8], home: "/home/of/root" })
    rmSync(directory, { recursive: true })
  })

  it("say nothing where one of them has no end, whatever its size is said to be", () => {
    let bytes = 0
    const endless: Pick<Kernel, "files" | "sys"> = {
      files: kernel.files,
      sys: {
        ...kernel.sys,
        read: (_, into) => {
          bytes += into.length
          if (bytes > 64 * 1024 * 1024) throw new Error("this has no end")
          return into.fill(10).length
        }
      }
    }
    expect(() => identityIn(endless, { at: (_, use) => use("/proc/self/status") }, root)).toThrow(
      "unable to find user root"
    )
    expect(bytes).toBeLessThan(16 * 1024 * 1024)
  })

  it("are not waited for where a command has become a pipe", () => {
    const directory = mkdtempSync(join(tmpdir(), "inside-"))
    const [command, pipe] = [join(directory, "command"), join(directory, "pipe")]
    writeFileSync(command, "#!/bin/sh\n", { mode: 0o755 })
    execFileSync("mkfifo", [pipe])
    const places = [command, pipe]
    const at = <A>(_: string, use: (place: string) => A) => use(places.shift() ?? pipe)
    expect(() => requireProgram({ at }, { argv: ["/command"], cwd: "/", env: [] })).toThrow("exec format error")
    rmSync(directory, { recursive: true })
  })

  it("are those of the process that was meant, and of none that got its number", () => {
    const self = identify("self") ?? { pid: 0, startTime: 0 }
    expect(() => requireFirst(self)).not.toThrow()
    expect(() => requireFirst({ ...self, startTime: self.startTime + 1 })).toThrow("it has ended")
  })
})

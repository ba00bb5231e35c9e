import { describe, expect, it } from "vitest"
import { findProgram } from "../../src/init/find-program.ts"
import type { FileKind, Kernel } from "../../src/init/Kernel.ts"

const kind = (more: Partial<FileKind>): FileKind => ({
  directory: false,
  executable: false,
  device: undefined,
  rdev: 0,
  mode: 0,
  uid: 0,
  gid: 0,
  ...more
})

const tree = new Map<string, FileKind>([
  ["/bin/tool", kind({ executable: true })],
  ["/first/tool", kind({})],
  ["/first/folder", kind({ directory: true })],
  ["./tool", kind({ executable: true })]
])
const kernel = {
  files: {
    kind: (path: string) => {
      if (path.startsWith("/loop")) throw new Error("too many levels of symbolic links")
      return tree.get(path)
    }
  }
} as unknown as Kernel
const find = (command: string, path: string) => findProgram(kernel, command, [`PATH=${path}`])
const statusOf = (run: () => unknown): unknown => {
  try {
    return run()
  } catch (error) {
    return (error as { readonly status?: number }).status
  }
}

describe("a command", () => {
  it("is found in the first directory of PATH in which it can be executed", () => {
    expect(find("tool", "/none:/first:/bin")).toBe("/bin/tool")
    expect(find("tool", "/loop:/bin")).toBe("/bin/tool")
    expect(find("tool", ":/bin")).toBe("./tool")
  })

  it("is taken as it is when it has a slash", () => {
    expect(find("/bin/tool", "/none")).toBe("/bin/tool")
  })

  it.each([
    ["nothing", "/bin", 127],
    ["/bin/nothing", "/bin", 127],
    ["", "/bin", 127],
    ["tool", "/first", 126],
    ["folder", "/first", 126],
    ["tool", "/loop", 126]
  ])("%j in %s ends with %i", (command, path, status) => {
    expect(statusOf(() => find(command, path))).toBe(status)
  })
})

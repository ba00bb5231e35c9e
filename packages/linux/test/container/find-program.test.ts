import { describe, expect, it } from "vitest"
import { findProgram, type ProgramKind } from "../../src/container/find-program.ts"

const kind = (more: Partial<ProgramKind>): ProgramKind => ({ directory: false, executable: false, ...more })

const tree = new Map<string, ProgramKind>([
  ["/bin/tool", kind({ executable: true })],
  ["/first/tool", kind({})],
  ["/first/folder", kind({ directory: true })],
  ["./tool", kind({ executable: true })]
])
const lookAt = (path: string) => {
  if (path.startsWith("/loop")) throw new Error("too many levels of symbolic links")
  return tree.get(path)
}
const find = (command: string, path: string) => findProgram(lookAt, command, [`PATH=${path}`])
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

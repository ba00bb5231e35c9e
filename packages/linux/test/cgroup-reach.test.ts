import { describe, expect, it } from "vitest"
import type { CgroupLayout } from "../src/cgroup-layout.ts"
import { isWithinReach } from "../src/cgroup-reach.ts"

const v2 = (mountPoint: string, own: string): CgroupLayout => ({
  version: "v2",
  unified: { mountPoint, own, controllers: [], readOnly: false }
})
const manager = "/user.slice/user-1000.slice/user@1000.service"
const part = v2(`/sys/fs/cgroup${manager}/app.slice/run-1.scope`, "/gantry-holder")

/** From which group processes can be moved into the part, by a user whose own manager has everything below it. */
const reaches = (own: string, asked: Array<string> = []) =>
  isWithinReach(part, v2("/sys/fs/cgroup", own), {
    mayWrite: (file) => {
      asked.push(file)
      return file.startsWith(`/sys/fs/cgroup${manager}/`)
    }
  })

describe("the control groups that were delegated to an ordinary user", () => {
  it("can be filled from where the group above both is the user's", () => {
    expect(reaches(`${manager}/app.slice/run-1.scope/gantry-holder`)).toBe(true)
    const asked: Array<string> = []
    expect(reaches(`${manager}/app.slice/run-12.scope`, asked)).toBe(true)
    expect(asked).toEqual([`/sys/fs/cgroup${manager}/app.slice/cgroup.procs`])
  })

  it("cannot be filled from a session that is kept apart", () => {
    const asked: Array<string> = []
    expect(reaches("/user.slice/user-1000.slice/session-3.scope", asked)).toBe(false)
    expect(asked).toEqual(["/sys/fs/cgroup/user.slice/user-1000.slice/cgroup.procs"])
    expect(reaches("/")).toBe(false)
  })

  it("of v1 ask for nothing of the kind", () => {
    expect(isWithinReach({ version: "v1", hierarchies: [], unified: undefined, named: [] }, part)).toBe(true)
  })
})

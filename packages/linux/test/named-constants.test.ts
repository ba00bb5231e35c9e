import { describe, expect, it } from "vitest"
import * as constants from "../src/constants.ts"
import { namedConstants } from "../src/named-constants.ts"

/** How the names of constants begin that calls are described by. */
const families =
  /^(?:AT_|CLONE_|FSCONFIG_|LOCK_|MNT_|MOUNT_ATTR_|MOVE_MOUNT_|MS_|OPEN_TREE_|O_|PR_|RESOLVE_|RLIMIT_|TC|TIOC)/

describe("the constants that calls are described by", () => {
  it("are all of their families, with the values that calls are made with", () => {
    const wanted = Object.entries(constants).filter(([name]) => families.test(name))
    expect(wanted.length).toBeGreaterThan(100)
    expect(new Map(Object.entries(namedConstants()))).toEqual(new Map(wanted))
  })
})

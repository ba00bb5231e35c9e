import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import { ownerOf } from "../../src/steps/accounts.ts"

const files = {
  passwd:
    "# people\nroot:x:0:0:root:/root:/bin/sh\napp:x:1000:50:App:/home/app:/bin/sh\n1234:x:77:78::/:/bin/sh\nbroken:x\n",
  group: "root:x:0:\nstaff:x:50:app\nwww:x:33:\n99:x:100:\n"
}
const none = { passwd: "", group: "" }

describe("ownerOf", () => {
  it("takes a name with its primary group", () => {
    expect(ownerOf("app", files)).toEqual({ uid: 1000, gid: 50 })
    expect(ownerOf("app:", files)).toEqual({ uid: 1000, gid: 50 })
  })

  it("takes the group that is named", () => {
    expect(ownerOf("app:www", files)).toEqual({ uid: 1000, gid: 33 })
    expect(ownerOf("app:7", files)).toEqual({ uid: 1000, gid: 7 })
    expect(ownerOf("5:staff", files)).toEqual({ uid: 5, gid: 50 })
  })

  it("takes a number alone for user and group alike, even when a user has it", () => {
    expect(ownerOf("1000", files)).toEqual({ uid: 1000, gid: 1000 })
    expect(ownerOf("4242", none)).toEqual({ uid: 4242, gid: 4242 })
  })

  it("looks a number up as a name first, as names may be digits", () => {
    expect(ownerOf("1234", files)).toEqual({ uid: 77, gid: 78 })
    expect(ownerOf("app:99", files)).toEqual({ uid: 1000, gid: 100 })
  })

  it("says which word is not there", () => {
    expect(ownerOf("nobody", files)).toEqual({ unknown: 'user "nobody"' })
    expect(ownerOf("app:nogroup", files)).toEqual({ unknown: 'group "nogroup"' })
    expect(ownerOf("app", none)).toEqual({ unknown: 'user "app"' })
    expect(ownerOf("broken", files)).toEqual({ unknown: 'user "broken"' })
    expect(ownerOf("", files)).toEqual({ unknown: 'user ""' })
    expect(ownerOf("-1", files)).toEqual({ unknown: 'user "-1"' })
  })

  it("takes any two numbers as they are, whatever the files say", () => {
    const number = fc.integer({ min: 0, max: 65_535 }).filter((each) => each !== 1234 && each !== 99)
    fc.assert(
      fc.property(number, number, fc.constantFrom(files, none), (uid, gid, tables) => {
        expect(ownerOf(`${uid}:${gid}`, tables)).toEqual({ uid, gid })
      })
    )
  })
})

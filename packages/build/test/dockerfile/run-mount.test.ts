import * as Either from "effect/Either"
import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import { checkMount, readMount, splitMount } from "../../src/dockerfile/run-mount.ts"

const read = (text: string) => {
  const split = splitMount(text)
  if (typeof split === "string") return split
  return Either.merge(readMount(split, (value) => Either.right(value.replaceAll("$home", "/root"))))
}

const check = (text: string) => {
  const split = splitMount(text)
  return typeof split === "string" ? split : checkMount(split)
}

describe("mounts", () => {
  it.each([
    ["target=/a", { type: "bind", target: "/a", source: "/", readOnly: true }],
    ["type=bind,dst=/a,src=b,from=x,rw", { type: "bind", target: "/a", source: "b", from: "x", readOnly: false }],
    [
      "type=cache,target=$home/.npm",
      {
        type: "cache",
        id: "/root/.npm",
        hasId: false,
        target: "/root/.npm",
        source: "/",
        sharing: "shared",
        readOnly: false,
        mode: 0o755,
        uid: 0,
        gid: 0
      }
    ],
    [
      'type=cache,id=x,"target=/a,b",sharing=locked,mode=0700,uid=1,gid=2,readonly=true',
      {
        type: "cache",
        id: "x",
        hasId: true,
        target: "/a,b",
        source: "/",
        sharing: "locked",
        readOnly: true,
        mode: 0o700,
        uid: 1,
        gid: 2
      }
    ],
    ["type=tmpfs,target=/t,size=1.5m", { type: "tmpfs", target: "/t", size: 1_572_864 }],
    [
      "type=secret,id=s",
      { type: "secret", id: "s", target: "/run/secrets/s", required: false, mode: 0o400, uid: 0, gid: 0 }
    ],
    [
      "type=secret,id=s,env=S,required",
      { type: "secret", id: "s", env: "S", required: true, mode: 0o400, uid: 0, gid: 0 }
    ],
    [
      "type=secret,target=/x/s",
      { type: "secret", id: "s", target: "/x/s", required: false, mode: 0o400, uid: 0, gid: 0 }
    ],
    ["TYPE=ssh", { type: "ssh", id: "default", required: false, mode: 0o600, uid: 0, gid: 0 }]
  ])("%s have a meaning", (text, mount) => expect(read(text)).toEqual(mount))

  it.each([
    ["type=cahce,target=/a", "did you mean cache"],
    ["type=bind", "needs a target"],
    ["type=cache,target=/a,sharing=all", "shared, private or locked"],
    ["type=bind,target=/a,mode=0700", "has no option mode"],
    ["type=secret", "needs an id or a target"],
    ["type=cache,target=/a,mode=9", "octal"],
    ["type=cache,target=/a,uid=x", "must be a number"],
    ["type=tmpfs,target=/a,size=big", "is not a size"],
    ["target=/a,ro=maybe", "true or false"],
    ["target", "needs a value"],
    ["taget=/a", "did you mean target"],
    ['"target=/a', "quote"],
    ['target="/a"', "quote"]
  ])("%s are refused", (text, message) => expect(read(text)).toContain(message))

  it("with variables are only checked for what does not depend on them", () => {
    expect(check("type=$t,target=$x")).toBeUndefined()
    expect(check("type=cache,tagret=$x")).toContain("did you mean target")
    expect(check("from=$x,target=/a")).toContain("AS name")
  })

  it("never throw", () => {
    const part = fc.constantFrom(
      "type=",
      "bind",
      "cache",
      ",",
      '"',
      "=",
      "target",
      "ro",
      "mode",
      "7",
      "$",
      "size",
      "__proto__",
      "toString"
    )
    fc.assert(
      fc.property(fc.array(part), (parts) => {
        expect(["string", "object"]).toContain(typeof read(parts.join("")))
      })
    )
  })
})

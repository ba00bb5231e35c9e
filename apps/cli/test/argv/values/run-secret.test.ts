import { describe, expect, it } from "vitest"
import { parseRunSecret } from "../../../src/argv/values/run-secret.ts"

const file = (target: string, more: object = {}) => ({ type: "mount", target, uid: 0, gid: 0, mode: 0o444, ...more })

describe("--secret of a container", () => {
  it.each([
    ["a", { id: "a", as: file("/run/secrets/a") }],
    ["id=a", { id: "a", as: file("/run/secrets/a") }],
    ["a,src=f", { id: "a", from: { file: "f" }, as: file("/run/secrets/a") }],
    ["id=a,source=/x y,target=b", { id: "a", from: { file: "/x y" }, as: file("/run/secrets/b") }],
    ["a,target=/etc/key,uid=5,gid=6,mode=0400", { id: "a", as: file("/etc/key", { uid: 5, gid: 6, mode: 0o400 }) }],
    ["a,env=V", { id: "a", from: { env: "V" }, as: file("/run/secrets/a") }],
    ["a,type=env", { id: "a", as: { type: "env", name: "a" } }],
    ["a,env=V,type=env,target=T", { id: "a", from: { env: "V" }, as: { type: "env", name: "T" } }],
    ['a,"src=x,y"', { id: "a", from: { file: "x,y" }, as: file("/run/secrets/a") }]
  ])("%s says where the value is and where it goes", (text, value) => {
    expect(parseRunSecret(text)).toEqual({ ok: true, value })
  })

  it.each([
    ["src=f", /needs an id=/],
    ["./token", /is not a name/],
    ["a,b", /"b" must be key=value/],
    ["a,from=f", /unexpected key "from"/],
    ["a,type=file", /mount or env, not "file"/],
    ["a,src=f,env=V", /both/],
    ["a,src=", /need a value/],
    ["a,mode=9", /mode=9 is not an octal/],
    ["a,uid=root", /uid=root is not a number/],
    ["a,type=env,mode=0400", /do not go with type=env/],
    ["a,type=env,target=A=B", /"A=B" is not the name/]
  ])("%s is refused", (text, problem) => {
    const result = parseRunSecret(text)
    expect(result.ok ? "" : result.problem).toMatch(problem)
  })
})

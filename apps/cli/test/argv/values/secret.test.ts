import { describe, expect, it } from "vitest"
import { parseSecret } from "../../../src/argv/values/secret.ts"

describe("--secret", () => {
  it.each([
    ["id=a", { id: "a" }],
    ["id=a,src=f", { id: "a", from: { file: "f" } }],
    ["type=file,id=a,source=/x y", { id: "a", from: { file: "/x y" } }],
    ["id=a,env=V", { id: "a", from: { env: "V" } }],
    ["id=a,type=env", { id: "a", from: { env: "a" } }],
    ["id=a,type=env,src=V", { id: "a", from: { env: "V" } }],
    ["id=a,type=file", { id: "a", from: { file: "a" } }],
    ['id=a,"src=x,y"', { id: "a", from: { file: "x,y" } }]
  ])("%s says where the value is", (text, value) => {
    expect(parseSecret(text)).toEqual({ ok: true, value })
  })

  it.each([
    ["src=f", /id=/],
    ["id=", /id=/],
    ["id", /key=value/],
    ["id=a,scr=f", /unexpected key "scr"/],
    ["id=a,type=folder", /file or env/],
    ["id=a,src=f,env=V", /both/],
    ["id=a,type=file,env=V", /type=file/],
    ['id="a', /quote/]
  ])("%s is refused", (text, problem) => {
    const result = parseSecret(text)
    expect(result.ok ? "" : result.problem).toMatch(problem)
  })
})

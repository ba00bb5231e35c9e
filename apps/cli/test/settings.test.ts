import { availableParallelism } from "node:os"
import { resolve } from "node:path"
import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import { settingsOf } from "../src/settings.ts"

const none = { root: undefined, run: undefined }
const home = { HOME: "/home/ann" }

describe("settingsOf", () => {
  it("has the system's places for root, and no name of its own there", () => {
    expect(settingsOf(none, {}, 0)).toMatchObject({ root: "/var/lib/gantry", run: "/run/gantry", instance: "" })
  })

  it("has places in the home of anybody else, and a name of its own", () => {
    const settings = settingsOf(none, home, 1000)
    expect(settings.root).toBe("/home/ann/.local/share/gantry")
    expect(settings.run).toBe(`/tmp/gantry-1000/gantry/${settings.instance}`)
    expect(settings.instance).toMatch(/^[0-9a-f]{6}$/)
  })

  it("follows the desktop's places, unless they are empty", () => {
    const env = { ...home, XDG_DATA_HOME: "/data", XDG_RUNTIME_DIR: "/run/user/1000" }
    const settings = settingsOf(none, env, 1000)
    expect(settings.root).toBe("/data/gantry")
    expect(settings.run).toBe(`/run/user/1000/gantry/${settings.instance}`)
    expect(settingsOf(none, { ...home, XDG_DATA_HOME: "" }, 1000).root).toBe("/home/ann/.local/share/gantry")
  })

  it("lets options win over the environment, and the environment over the defaults", () => {
    const env = { GANTRY_ROOT: "/env/root", GANTRY_RUN: "/env/run" }
    expect(settingsOf(none, env, 0)).toMatchObject({ root: "/env/root", run: "/env/run" })
    expect(settingsOf({ root: "/opt/root", run: "/opt/run" }, env, 0)).toMatchObject({
      root: "/opt/root",
      run: "/opt/run"
    })
    expect(settingsOf(none, { GANTRY_ROOT: "", GANTRY_RUN: "" }, 0)).toMatchObject({
      root: "/var/lib/gantry",
      run: "/run/gantry"
    })
  })

  it("never takes an empty option for the directory it was typed in", () => {
    expect(settingsOf({ root: "", run: "" }, {}, 0)).toMatchObject({ root: "/var/lib/gantry", run: "/run/gantry" })
  })

  it("gives an engine elsewhere a run directory of its own without being asked", () => {
    const { instance, run } = settingsOf({ root: "/elsewhere", run: undefined }, {}, 0)
    expect(instance).toMatch(/^[0-9a-f]{6}$/)
    expect(run).toBe(`/run/gantry/${instance}`)
  })

  it("makes every place absolute", () => {
    expect(settingsOf({ root: "a/../b", run: "c" }, {}, 0)).toMatchObject({ root: resolve("b"), run: resolve("c") })
  })

  it("calls one engine by one name however its root is spelled, and two engines by two", () => {
    const part = fc.stringMatching(/^[a-z]{1,6}$/)
    const nameOf = (root: string) => settingsOf({ root, run: undefined }, {}, 0).instance
    fc.assert(
      fc.property(part, part, (one, two) => {
        expect(nameOf(`/${one}/./${two}/`)).toBe(nameOf(`/${one}/${two}`))
        expect(nameOf(`/${one}`)).not.toBe(nameOf(`/${one}/${two}`))
      })
    )
    expect(nameOf("/var/lib/gantry/")).toBe("")
  })

  it("does as many things at once as asked, else as there are processors, and two at least", () => {
    expect(settingsOf(none, { GANTRY_JOBS: "7" }, 0).jobs).toBe(7)
    for (const jobs of ["", "0", "-1", "1.5", "many"]) {
      expect(settingsOf(none, { GANTRY_JOBS: jobs }, 0).jobs).toBe(Math.max(2, availableParallelism()))
    }
  })
})

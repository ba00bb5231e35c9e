import { afterAll, beforeAll, expect } from "vitest"
import { makeRig, noTraces, type Rig, traces } from "./rig.ts"

/** A rig for the tests of one group, which leave nothing of it on the host. It is there once they begin. */
export const useRig = (): (() => Rig) => {
  let rig: Rig | undefined
  const made = (): Rig => {
    if (rig === undefined) throw new Error("the rig is made before the first test")
    return rig
  }
  beforeAll(() => {
    rig = makeRig()
  })
  afterAll(() => {
    expect(traces(made())).toEqual(noTraces)
    made().dispose()
  })
  return made
}

import type { ContainerState } from "@gantry/core/runtime/ContainerState"
import { describe, expect, it } from "vitest"
import { shownState } from "../../src/show/shown-state.ts"

const states: ReadonlyArray<ContainerState> = [
  { status: "created" },
  { status: "lost", startedAt: 1 },
  { status: "exited", exit: { code: 0, oomKilled: false }, startedAt: 1, finishedAt: 2 }
]

describe("a state in a listing", () => {
  it("is that of a container which is being removed, whatever of its files is left", () => {
    const shown = (removing: boolean) =>
      states.map((state) => shownState(removing ? { removing: { volumes: true } } : {}, state).kind)
    expect(shown(true)).toEqual(["removing", "removing", "removing"])
    expect(shown(false)).toEqual(["created", "exited", "exited"])
  })
})

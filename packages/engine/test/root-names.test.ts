import { describe, expect, it } from "vitest"
import {
  autopsiesName,
  buildsName,
  cacheMountsName,
  dividedNames,
  eventsName,
  isEngines,
  workKinds
} from "../src/root-names.ts"

describe("names in the root directory", () => {
  it("are the engine's when it keeps something under them, whatever it is", () => {
    const records = [autopsiesName, buildsName, cacheMountsName, eventsName, ...dividedNames]
    const files = ["index.json", "state.db", "state.db-wal", "state.db-shm", "state.db-journal", "state.db-reserve"]
    const work = workKinds.map((kind) => `${kind}-1-2-abc`)
    expect([...records, ...files, ...work].filter((name) => !isEngines(name))).toEqual([])
  })

  it("are not when somebody else has put something there", () => {
    const others = ["lost+found", "notes.txt", "my-containers", "state.db.bak", "autopsies2", "contexts"]
    expect(others.filter(isEngines)).toEqual([])
  })
})

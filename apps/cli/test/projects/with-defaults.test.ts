import * as Effect from "effect/Effect"
import { describe, expect, it } from "vitest"
import type { Values } from "../../src/argv/Option.ts"
import type { projectOptions } from "../../src/argv/tables/projects/names.ts"
import { orphanWish } from "../../src/projects/make/orphans.ts"
import { withDefaults } from "../../src/projects/with-defaults.ts"

type Globals = Values<typeof projectOptions>

const none: Globals = {
  file: [],
  projectName: undefined,
  projectDirectory: undefined,
  parallel: undefined,
  progress: undefined,
  ansi: undefined,
  profile: [],
  envFile: [],
  dryRun: false,
  allResources: false,
  compatibility: false,
  verbose: false
}

const read = (said: Partial<Globals>, variables: { readonly [name: string]: string }) =>
  Effect.runSync(Effect.either(withDefaults({ ...none, ...said }, variables)))

const refusal = (said: Partial<Globals>, variables: { readonly [name: string]: string }) => {
  const result = read(said, variables)
  return result._tag === "Left" ? result.left.message : "it is accepted"
}

describe("variables of compose", () => {
  const variables = { COMPOSE_PROGRESS: "quiet", COMPOSE_ANSI: "never", COMPOSE_PARALLEL_LIMIT: "3" }

  it("take the place of options that are not given", () => {
    expect(read({}, variables)).toMatchObject({ right: { progress: "quiet", ansi: "never", parallel: 3 } })
    expect(read({ progress: "tty", ansi: "auto", parallel: 9 }, variables)).toMatchObject({
      right: { progress: "tty", ansi: "auto", parallel: 9 }
    })
    expect(read({}, { COMPOSE_PROGRESS: "", COMPOSE_PARALLEL_LIMIT: "" })).toMatchObject({ right: none })
  })

  it.each([
    [{ progress: "loud" }, {}, 'unsupported --progress value "loud"'],
    [{}, { COMPOSE_ANSI: "some" }, 'invalid --ansi value "some"'],
    [{}, { COMPOSE_PARALLEL_LIMIT: "many" }, 'COMPOSE_PARALLEL_LIMIT must be an integer (found: "many")']
  ])("are refused, as options are, when they are nonsense: %j %j", (said, wrong, complaint) => {
    expect(refusal(said, wrong)).toBe(complaint)
  })

  it("decide about orphans", () => {
    const wish = (isAsked: boolean, environment: { readonly [name: string]: string }) =>
      Effect.runSync(Effect.either(orphanWish({ environment }, isAsked)))
    expect(wish(false, {})).toMatchObject({ right: "tell" })
    expect(wish(true, {})).toMatchObject({ right: "remove" })
    expect(wish(false, { COMPOSE_REMOVE_ORPHANS: "true" })).toMatchObject({ right: "remove" })
    expect(wish(false, { COMPOSE_IGNORE_ORPHANS: "1" })).toMatchObject({ right: "ignore" })
    expect(wish(true, { COMPOSE_IGNORE_ORPHANS: "1" })).toMatchObject({
      left: { message: "cannot combine COMPOSE_IGNORE_ORPHANS and --remove-orphans" }
    })
  })
})

import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import { badValue, type Usage } from "../commands/Usage.ts"
import type { ReadConfig } from "../configuration/read-configuration.ts"
import { type Choice, configured, decided, readChoice } from "./Choice.ts"

/** Which plugins serve: options count more than files, and what a parent process decided stands for the files. */
export const choosePlugins = (
  files: ReadonlyArray<ReadConfig>,
  asked: ReadonlyArray<string>,
  fromParent: string,
  cwd: string
): Effect.Effect<ReadonlyArray<Choice>, Usage> =>
  Effect.gen(function* () {
    const own = yield* Effect.forEach(asked, (text) =>
      Either.mapLeft(readChoice(text, cwd), (why) => badValue(`--plugin: ${why}`, "see gantry plugin ls"))
    )
    if (fromParent === "") return decided([...configured(files), ...own])
    const before = yield* Effect.try({
      try: (): ReadonlyArray<Choice> => JSON.parse(fromParent),
      catch: () => badValue("GANTRY_PLUGINS is not what gantry wrote", "unset it")
    })
    return decided([...before, ...own])
  })

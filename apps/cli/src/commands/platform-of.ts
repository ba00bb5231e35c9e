import { format, ofMachine, parse, type Platform } from "@gantry/core/image/Platform"
import * as Effect from "effect/Effect"
import { badValue, type Usage } from "./Usage.ts"

/** What `--platform` means; undefined when it was not given. */
export const platformOf = (text: string | undefined): Effect.Effect<Platform | undefined, Usage> => {
  const platform = text === undefined ? undefined : parse(text)
  return text !== undefined && platform === undefined
    ? badValue(`--platform ${text}: not os/arch[/variant]`)
    : Effect.succeed(platform)
}

/** What `--platform` options mean that name one or several each, with commas, each once. `local` is `machine`, as Node calls it. */
export const platformsOf = (
  texts: ReadonlyArray<string>,
  machine: string
): Effect.Effect<ReadonlyArray<Platform>, Usage> =>
  Effect.map(
    Effect.forEach(
      texts.flatMap((each) => each.split(",")).filter((word) => word !== ""),
      (word) => {
        const platform = word === "local" ? ofMachine(machine) : parse(word.trim())
        return platform === undefined ? badValue(`--platform ${word}: not os/arch[/variant]`) : Effect.succeed(platform)
      }
    ),
    (platforms) => [...new Map(platforms.map((each) => [format(each), each])).values()]
  )

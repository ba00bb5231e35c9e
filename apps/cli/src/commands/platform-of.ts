import { parse, type Platform } from "@gantry/core/image/Platform"
import * as Effect from "effect/Effect"
import { badValue, type Usage } from "./Usage.ts"

/** What `--platform` means; undefined when it was not given. */
export const platformOf = (text: string | undefined): Effect.Effect<Platform | undefined, Usage> => {
  const platform = text === undefined ? undefined : parse(text)
  return text !== undefined && platform === undefined
    ? badValue(`--platform ${text}: not os/arch[/variant]`)
    : Effect.succeed(platform)
}

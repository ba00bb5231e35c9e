import * as Logger from "effect/Logger"

/** Messages of the engine as sentences: `warning: …`. */
export const loggerTo = (say: (sentence: string) => void) =>
  Logger.make(({ logLevel, message }) => {
    const text = Array.isArray(message) ? message.map(String).join(" ") : String(message)
    say(`${logLevel._tag.toLowerCase()}: ${text}`)
  })

import { Credentials, type Login } from "@gantry/core/registry/Credentials"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"

/** Logins that are gone when the program ends. */
export const layer: Layer.Layer<Credentials> = Layer.sync(Credentials, () => {
  const logins = new Map<string, Login>()
  return {
    get: (registry) => Effect.sync(() => Option.fromNullable(logins.get(registry))),
    put: (registry, login) =>
      Effect.sync(() => {
        logins.set(registry, login)
        return { place: "memory", plain: false }
      }),
    remove: (registry) => Effect.sync(() => logins.delete(registry))
  }
})

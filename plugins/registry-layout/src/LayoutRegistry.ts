import type { RegistryDriver } from "@gantry/core/registry/Registry"
import * as Effect from "effect/Effect"

/** OCI layout folders and archives on this machine. */
export const makeDriver: Effect.Effect<RegistryDriver> = Effect.dieMessage("not written yet")

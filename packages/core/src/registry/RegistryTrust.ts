import * as Context from "effect/Context"

/** How far the registries of one command are trusted; set around an effect with `Effect.provideService`. */
export class RegistryTrust extends Context.Reference<RegistryTrust>()("@gantry/core/RegistryTrust", {
  defaultValue: (): {
    /** `false`: certificates are not verified and plain HTTP is tried. `undefined`: what the configuration says. */
    readonly tlsVerify: boolean | undefined
    /** Absolute directory with `*.crt`, `*.cert` and `*.key` to trust in addition. */
    readonly certDir: string | undefined
  } => ({ tlsVerify: undefined, certDir: undefined })
}) {}

import { resolve } from "node:path"
import { RegistryTrust } from "@gantry/core/registry/RegistryTrust"
import * as Effect from "effect/Effect"

/** Runs an effect that trusts registries as far as `--tls-verify` and `--cert-dir` say; without them the configuration decides. */
export const withTrust =
  (
    options: { readonly tlsVerify: boolean; readonly certDir: string | undefined },
    given: ReadonlySet<string>,
    cwd: string
  ) =>
  <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
    Effect.provideService(effect, RegistryTrust, {
      tlsVerify: given.has("tlsVerify") ? options.tlsVerify : undefined,
      certDir: options.certDir === undefined ? undefined : resolve(cwd, options.certDir)
    })

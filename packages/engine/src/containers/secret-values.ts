import type { ContainerSpec, MountSpec } from "@gantry/core/runtime/ContainerSpec"
import { Settings, type SettingsShape } from "@gantry/core/Settings"
import { posix } from "node:path"
import { closedToMounts } from "@gantry/linux/container/kernel-paths"
import * as Either from "effect/Either"
import * as Effect from "effect/Effect"
import { reasonOf } from "../file-problem.ts"
import { readSecretFile, SecretTooLarge } from "../secrets/read-secret-file.ts"
import { BadOption } from "../EngineError.ts"
import { mergedEnvironment } from "./environment.ts"
import type { RunOptions } from "./RunOptions.ts"
import type { SecretWish } from "./SecretWish.ts"

/** A secret that cannot be had, in words: why, and what helps. */
export interface NoSecret {
  readonly why: string
  readonly hint: string
}

/** The value of a secret, as it is now. */
export const secretValue = (wish: SecretWish): Effect.Effect<Uint8Array, NoSecret, Settings> =>
  Effect.flatMap(Settings, ({ variables = {} }) => valueOf(wish, variables))

/** What a start makes of a container's description: with the values of its secrets, as they are now. */
export const withSecrets = (
  secrets: ReadonlyArray<SecretWish> = []
): Effect.Effect<(spec: ContainerSpec) => ContainerSpec, NoSecret, Settings> =>
  Effect.map(
    Effect.forEach(secrets, (wish) => Effect.map(secretValue(wish), (value) => [wish, value] as const)),
    (read) => (read.length === 0 ? (spec: ContainerSpec) => spec : (spec: ContainerSpec) => given(spec, read))
  )

/** The same for somebody to look at: with three stars for each value. */
export const withoutValues = (spec: ContainerSpec, secrets: ReadonlyArray<SecretWish> = []): ContainerSpec =>
  secrets.length === 0
    ? spec
    : given(
        spec,
        secrets.map((wish) => [wish, new TextEncoder().encode("***")] as const)
      )

/**
 * Makes sure that the secrets of a container that is about to be made can be had now, and that nothing else is wanted in
 * their places. Fails with `BadOption`.
 */
export const checkSecrets = ({
  mounts,
  secrets
}: Pick<RunOptions, "mounts" | "secrets">): Effect.Effect<void, BadOption, Settings> =>
  Effect.gen(function* () {
    const places = new Set(mounts.map(({ target }) => posix.normalize(target)))
    const names = new Set<string>()
    for (const { as, id } of secrets) {
      const wrong = (why: string) => new BadOption({ option: `secret ${id}`, why })
      if (as.type === "env") {
        if (names.has(as.name)) return yield* wrong(`another secret is given as the variable ${as.name}`)
        names.add(as.name)
        continue
      }
      const target = posix.normalize(as.target)
      if (target.endsWith("/") || closedToMounts(target)) return yield* wrong(`${as.target} is no place for a file`)
      if (places.has(target)) return yield* wrong(`duplicate mount point: ${target}`)
      places.add(target)
    }
    yield* Effect.mapError(withSecrets(secrets), ({ hint, why }) => new BadOption({ option: "--secret", why, hint }))
  })

/** What the kernel takes for one variable, with its name, an equals sign and a zero byte. Bytes. */
const longestVariable = 128 * 1024

type Read = ReadonlyArray<readonly [SecretWish, Uint8Array]>

/** Secrets come last: nothing else that has their name or their place is meant more. */
const given = (spec: ContainerSpec, read: Read): ContainerSpec => {
  const variables = read.flatMap(([{ as }, value]) =>
    as.type === "env" ? [[as.name, `${as.name}=${new TextDecoder().decode(value)}`] as const] : []
  )
  return {
    ...spec,
    mounts: [...spec.mounts, ...read.flatMap(mountOf)],
    ...(variables.length === 0
      ? {}
      : {
          secretVariables: [...new Set(variables.map(([name]) => name))],
          process: {
            ...spec.process,
            env: mergedEnvironment([...spec.process.env, ...variables.map(([, text]) => text)])
          }
        })
  }
}

const mountOf = ([{ as }, value]: Read[number]): ReadonlyArray<MountSpec> => {
  if (as.type !== "mount") return []
  const { gid, mode, target, uid } = as
  return [{ type: "file", secret: true, target, content: Buffer.from(value).toString("base64"), mode, uid, gid }]
}

const valueOf = (
  { as, from, id }: SecretWish,
  variables: NonNullable<SettingsShape["variables"]>
): Either.Either<Uint8Array, NoSecret> => {
  const wrong = (why: string, hint: string) => Either.left({ why: `secret ${id}: ${why}`, hint })
  if ("text" in from) return Either.right(new TextEncoder().encode(from.text))
  if ("env" in from) {
    const value = Object.hasOwn(variables, from.env) ? variables[from.env] : undefined
    return value === undefined
      ? wrong(
          `the variable ${from.env} is not set`,
          `set ${from.env} for whoever starts the container: it is read at each start`
        )
      : Either.right(new TextEncoder().encode(value))
  }
  const found = Either.try({ try: () => readSecretFile(from.file), catch: (cause) => cause })
  if (Either.isLeft(found)) {
    const { left: cause } = found
    const again = "put it there: it is read at each start of the container"
    return wrong(`cannot read ${from.file}: ${reasonOf(cause)}`, cause instanceof SecretTooLarge ? cause.hint : again)
  }
  if (as.type === "env" && found.right.length + as.name.length + 2 > longestVariable) {
    return wrong(`${from.file} is too large for a variable`, "give it as a file: type=mount")
  }
  // A variable ends where a zero byte is.
  return as.type === "env" && found.right.includes(0)
    ? wrong(`${from.file} has a zero byte, which no variable can have`, "give it as a file: type=mount")
    : Either.right(found.right)
}

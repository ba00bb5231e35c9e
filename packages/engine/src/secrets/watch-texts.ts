import type { ImageConfig } from "@gantry/core/image/ImageConfig"
import * as Effect from "effect/Effect"
import { describeLeaks, type Guard, type Leak } from "./guard.ts"
import { SecretLeaked } from "./SecretLeaked.ts"

/** Who looks for secrets, and whether one that is found stops the build. */
export interface LeakWatch {
  readonly guard: Guard
  readonly allow: boolean
}

/** What a build is told besides its secrets: all of it gets into keys, history or settings. */
export interface ToldTexts {
  readonly dockerfile: string
  readonly buildArgs: ReadonlyMap<string, string>
  readonly labels: { readonly [name: string]: string }
}

/** Fails when what a build is told has a secret's value in it, before anything is made of it. */
export const watchTold = (
  { buildArgs, dockerfile, labels }: ToldTexts,
  watch: LeakWatch | undefined
): Effect.Effect<void, SecretLeaked> =>
  report(watch, ({ inText }) => [
    ...inText(dockerfile, "the Dockerfile"),
    ...[...buildArgs].flatMap(([name, value]) => inText(value, `the build argument ${name}`)),
    ...Object.entries(labels).flatMap(([name, value]) => inText(value, `the label ${name}`))
  ])

/** Fails when a secret's value is in the settings or the history of an image. */
export const watchConfig = (
  { author = "", config, history }: ImageConfig,
  watch: LeakWatch | undefined
): Effect.Effect<void, SecretLeaked> =>
  report(watch, ({ inText }) => [
    ...inText(author, "the author of the image"),
    ...Object.entries(config).flatMap(([name, value]) =>
      textsIn(value).flatMap((text) => inText(text, `${name} of the image's configuration`))
    ),
    ...history.flatMap(({ created_by: by = "" }) =>
      inText(by, `the history of the image: ${by.split(" ", 1)[0] ?? ""}`)
    )
  ])

/** Every text in a value, names of fields included: one by one, because JSON would escape them. */
const textsIn = (value: unknown): ReadonlyArray<string> => {
  if (typeof value === "string") return [value]
  if (typeof value !== "object" || value === null) return []
  return Object.entries(value).flatMap(([name, inner]) => [name, ...textsIn(inner)])
}

const report = (
  watch: LeakWatch | undefined,
  look: (guard: Guard) => ReadonlyArray<Leak>
): Effect.Effect<void, SecretLeaked> => (watch === undefined ? Effect.void : reportLeaks(watch, look(watch.guard)))

/** Fails for what was found, or warns of it where it may be. */
export const reportLeaks = (
  { allow }: Pick<LeakWatch, "allow">,
  leaks: ReadonlyArray<Leak>
): Effect.Effect<void, SecretLeaked> => {
  if (leaks.length === 0) return Effect.void
  return allow ? Effect.logWarning(describeLeaks(leaks)) : new SecretLeaked({ leaks })
}

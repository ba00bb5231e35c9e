import * as Either from "effect/Either"
import * as ImageRef from "@gantry/core/image/ImageRef"

/** What a name that was given with `--build-context` stands for. */
export type NamedContext =
  /** An image: of a registry or the store, or `oci:PATH` for one in a layout folder. */
  | { readonly of: "image"; readonly reference: string }
  /** Files, which are looked at when something is copied from them. */
  | { readonly of: "files" }

/** The contexts of a build by their names as {@link contextName} spells them. */
export type NamedContexts = ReadonlyMap<string, NamedContext>

/** No named contexts. */
export const noContexts: NamedContexts = new Map()

/**
 * One spelling for the names that mean the same: lower case, and for names of images the familiar spelling without
 * `:latest`, so that a context called `debian` takes the place of `docker.io/library/debian:latest`.
 */
export const contextName = (text: string): string => {
  const name = text.toLowerCase()
  return Either.match(ImageRef.parse(name), {
    onLeft: () => name,
    onRight: (ref) => ImageRef.familiar(ref).replace(/:latest$/, "")
  })
}

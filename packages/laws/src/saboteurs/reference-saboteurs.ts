import * as ImageRef from "@gantry/core/image/ImageRef"
import * as Either from "effect/Either"
import * as Layer from "effect/Layer"
import { References } from "../reference-laws.ts"
import type { Saboteur } from "../Saboteur.ts"

const references = (sin: Partial<typeof ImageRef>) => Layer.succeed(References, { ...ImageRef, ...sin })

/** Readers and printers of image names with one sin each. */
export const referenceSaboteurs: ReadonlyArray<Saboteur<References>> = [
  {
    sin: "forgets the digest when it prints",
    breaks: ["REF-1", "REF-2"],
    layer: references({
      format: (ref) => {
        const { digest: _, ...undigested } = ref
        return ImageRef.format({ ...undigested, tag: ref.tag ?? "latest" })
      }
    })
  },
  {
    sin: "forgets the tag when there is a digest",
    breaks: ["REF-1", "REF-2"],
    layer: references({
      format: (ref) => {
        const { tag: _, ...untagged } = ref
        return ImageRef.format(ref.digest === undefined ? ref : untagged)
      }
    })
  },
  {
    sin: "loses the port of a registry",
    breaks: ["REF-1"],
    layer: references({
      parse: (text) => ImageRef.parse(text.replace(/^([^/@]*):[0-9]+\//, "$1/"))
    })
  },
  {
    sin: "leaves `library/` out wherever it stands first",
    breaks: ["REF-1"],
    layer: references({
      familiar: (ref) => ImageRef.format(ref).replace(/^docker\.io\/(?:library\/)?/, "")
    })
  },
  {
    sin: "takes the first word for a path when it has no dot",
    breaks: ["REF-1"],
    layer: references({
      parse: (text) =>
        ImageRef.parse(/^localhost(?::[0-9]+)?\//.test(text) ? `docker.io/${text.replace(":", "")}` : text)
    })
  },
  {
    sin: "reads names in lower case",
    breaks: ["REF-1"],
    layer: references({ parse: (text) => Either.map(ImageRef.parse(text.toLowerCase()), (ref) => ref) })
  },
  {
    sin: "merges the components of a path",
    breaks: ["REF-2"],
    layer: references({
      format: (ref) => ImageRef.format({ ...ref, repository: ref.repository.replaceAll("/", "") }),
      familiar: (ref) => ImageRef.format({ ...ref, repository: ref.repository.replaceAll("/", "") })
    })
  }
]

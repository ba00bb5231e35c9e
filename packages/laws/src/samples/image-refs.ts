import { type Digest, ofBytes } from "@gantry/core/image/Digest"
import type { ImageRef } from "@gantry/core/image/ImageRef"
import * as fc from "fast-check"

/** Every separator the grammar knows, the long ones too: hand-written readers forget `__` and `---`. */
const component = fc
  .array(fc.tuple(fc.stringMatching(/^[a-z0-9]{1,4}$/), fc.constantFrom(".", "_", "__", "-", "---")), {
    minLength: 1,
    maxLength: 3
  })
  .map((words) => words.map(([word, mark], index) => (index === 0 ? word : mark + word)).join(""))

/**
 * First words of a path. Likely are the ones that mean something elsewhere: `library` is left out in short names, and
 * `localhost` or a word with a dot is a host when it stands first.
 */
const first = fc.oneof(component, fc.constantFrom("library", "localhost", "docker.io", "a.b", "index"))

/** The default registry is as likely as all others, because only its names have a short form. */
const registry = fc.oneof(
  fc.constant("docker.io"),
  fc.constantFrom("localhost", "localhost:5000", "r.example", "R.example:443", "127.0.0.1:1", "[::1]:5000", "Upper")
)

/** Tags that look like other parts of a name: a digest's algorithm, a number like a port, the default one. */
const tag = fc.oneof(fc.stringMatching(/^\w[\w.-]{0,8}$/), fc.constantFrom("latest", "sha256", "5000", "_", "1.0-rc.1"))

interface Parts {
  readonly registry: string
  readonly words: readonly [string, ReadonlyArray<string>]
  readonly tag: string | undefined
  readonly digest: Digest | undefined
}

/** The reference as `parse` gives it: `latest` without tag and digest, `library/` before a single word. */
const complete = (parts: Parts): ImageRef => {
  const words = [parts.words[0], ...parts.words[1]]
  const bare = parts.registry === "docker.io" && words.length === 1
  const repository = `${bare ? "library/" : ""}${words.join("/")}`
  const named = { registry: parts.registry, repository }
  const tagged = parts.tag === undefined ? named : { ...named, tag: parts.tag }
  if (parts.digest !== undefined) return { ...tagged, digest: parts.digest }
  return { ...named, tag: parts.tag ?? "latest" }
}

/** Complete references, as `parse` gives them: in the default registry no repository is a single word. */
export const imageRefs: fc.Arbitrary<ImageRef> = fc
  .record({
    registry,
    words: fc.tuple(first, fc.array(component, { maxLength: 2 })),
    tag: fc.option(tag, { nil: undefined }),
    digest: fc.option(fc.uint8Array({ maxLength: 2 }).map(ofBytes), { nil: undefined })
  })
  .map(complete)

/** The reference with one place changed: what a printer that forgets or merges a part takes for the same. */
export const changedRefs = (ref: ImageRef): ReadonlyArray<ImageRef> => {
  const { digest, tag: name, ...rest } = ref
  const words = ref.repository.split("/")
  return [
    { ...ref, registry: `x.${ref.registry.replace(/^\[.*\]/, "v6")}` },
    { ...ref, repository: `${ref.repository}0` },
    { ...ref, repository: `${ref.repository}/0` },
    { ...ref, repository: ["0", ...words].join("/") },
    ...(words.length > 2 ? [{ ...ref, repository: [...words.slice(0, -2), words.slice(-2).join("")].join("/") }] : []),
    { ...ref, tag: `${name ?? ""}0` },
    { ...rest, ...(name === undefined ? {} : { tag: name }), digest: ofBytes(digest ?? "") },
    ...(digest !== undefined && name !== undefined
      ? [
          { ...rest, digest },
          { ...rest, tag: name }
        ]
      : [])
  ]
}

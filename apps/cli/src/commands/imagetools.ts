import { readFile } from "node:fs/promises"
import { resolve } from "node:path"
import { type ImageRef, placeOf } from "@gantry/core/image/ImageRef"
import { shown } from "@gantry/core/image/ImageSource"
import { parse as parsePlatform } from "@gantry/core/image/Platform"
import { fetchDocument } from "@gantry/engine/manifests/fetch-document"
import { loadImage } from "@gantry/engine/manifests/load-image"
import type { Annotation } from "@gantry/engine/outputs/annotations"
import { combineImages, type ImageSourceWish, pushCombined } from "@gantry/engine/verbs/combine-images"
import * as Effect from "effect/Effect"
import { imagetoolsCreate, imagetoolsInspect } from "../argv/tables/manifests.ts"
import { parseImageSource, type WrittenSource } from "../argv/values/image-source.ts"
import { parseAnnotation } from "../argv/values/output.ts"
import { imageFacts, imageListing, renderFacts } from "../show/imagetools.ts"
import { define } from "./define.ts"
import { placeNamed } from "./place-named.ts"
import { withTrust } from "./registry-trust.ts"
import { Usage } from "./Usage.ts"

/** What buildx says before what is wrong, on a line that stands alone. */
const wrong = (message: string, hint: string): Usage =>
  new Usage({ message, reason: `ERROR: ${message}`, hint, status: 1, speaker: "plain" })

/** `gantry buildx imagetools create`. */
export const create = define(imagetoolsCreate, ({ given, operands, options }, { terminal }) =>
  Effect.gen(function* () {
    if (operands.length === 0 && options.file.length === 0) {
      return yield* wrong("no sources specified", "name the images that it is made of")
    }
    if (options.tag.length === 0 && !options.dryRun) {
      return yield* wrong(
        "can't push with no tags specified, please set --tag or --dry-run",
        "give the new image a name with -t"
      )
    }
    const files = yield* Effect.forEach(options.file, (file) =>
      Effect.tryPromise({
        try: () => readFile(resolve(terminal.cwd, file), "utf8"),
        catch: () => wrong(`cannot read ${file}`, "name a file that holds a descriptor, a digest or a name")
      })
    )
    const tags = yield* Effect.forEach(options.tag, (tag) => tagNamed(tag, terminal.cwd))
    const appended = options.append ? options.tag.slice(0, 1) : []
    const sources = yield* sourcesOf([...appended, ...files, ...operands], tags, terminal.cwd)
    const annotations = yield* annotationsOf(options.annotation)
    const combined = yield* combineImages(sources, { annotations, preferIndex: options.preferIndex })
    if (options.dryRun) {
      terminal.out(`${new TextDecoder().decode(combined.manifest.bytes)}\n`)
      return 0
    }
    const tell = (line: string): void => {
      if (options.progress !== "quiet" && options.progress !== "none") terminal.err(`${line}\n`)
    }
    for (const tag of tags) {
      yield* pushCombined(combined, tag, ({ descriptor, ref }) =>
        tell(`copying ${descriptor.digest} from ${shown(ref)} to ${shown(tag)}`)
      )
      tell(`pushed ${combined.digest} to ${shown(tag)}`)
    }
    return 0
  }).pipe(withTrust(options, given, terminal.cwd))
)

const tagNamed = (text: string, cwd: string) =>
  Effect.flatMap(placeNamed(text, cwd), (ref) =>
    ref.digest === undefined
      ? Effect.succeed(ref)
      : wrong(`cannot push to the digest ${text}`, "give the new image a tag: what it is decides its digest")
  )

/** What is meant by each source; a digest alone is one of the only repository that is spoken of. */
const sourcesOf = (texts: ReadonlyArray<string>, tags: ReadonlyArray<ImageRef>, cwd: string) =>
  Effect.gen(function* () {
    const written = yield* Effect.forEach(texts, (text) => {
      const source = parseImageSource(text)
      return source.ok
        ? Effect.succeed(source.value)
        : wrong(source.problem, "a source is NAME[:TAG], NAME@DIGEST, a digest, or a descriptor as JSON")
    })
    const named = yield* Effect.forEach(written, (source) =>
      source.type === "name" ? placeNamed(source.text, cwd) : Effect.succeed(undefined)
    )
    const repositories = [...tags, ...named.filter((ref) => ref !== undefined)].map(placeOf)
    const [only, ...others] = new Map(repositories.map((each) => [JSON.stringify(each), each])).values()
    return yield* Effect.forEach(written, (source, at) => {
      const ref = named[at]
      if (ref !== undefined || source.type === "name") return Effect.succeed({ ref } as ImageSourceWish)
      if (only === undefined) {
        return wrong(
          "no repositories specified, please set a reference in tag or source",
          `write NAME@${source.digest}`
        )
      }
      if (others.length > 0) return unclear(source)
      const { digest, said } = source
      return Effect.succeed({ ref: { ...only, digest }, ...(said === undefined ? {} : { said }) })
    })
  })

const unclear = ({ digest }: Extract<WrittenSource, { readonly type: "digest" }>) =>
  wrong(
    `multiple repositories specified, cannot infer repository for ${JSON.stringify(digest)}`,
    `write NAME@${digest}, with the repository that has it`
  )

const annotationsOf = (texts: ReadonlyArray<string>): Effect.Effect<ReadonlyArray<Annotation>, Usage> =>
  Effect.map(
    Effect.forEach(texts, (text) => {
      const wishes = parseAnnotation(text)
      if (!wishes.ok) return wrong(`failed to parse annotations: ${text}: ${wishes.problem}`, "write index:NAME=VALUE")
      return Effect.forEach(wishes.value, ({ key, level, platform: name, value }) => {
        if (level === "manifest") {
          return wrong(
            `"${level}" annotations are not supported yet`,
            "write index:NAME=VALUE or manifest-descriptor:NAME=VALUE"
          )
        }
        const platform = name === undefined ? undefined : parsePlatform(name)
        return name !== undefined && platform === undefined
          ? wrong(`failed to parse annotations: ${text}: "${name}" is no platform`, "platforms are os/arch[/variant]")
          : Effect.succeed({ level, key, value, ...(platform === undefined ? {} : { platform }) })
      })
    }),
    (all) => all.flat()
  )

/** `gantry buildx imagetools inspect`. */
export const inspect = define(imagetoolsInspect, ({ given, operands: [name = ""], options }, { terminal }) =>
  Effect.gen(function* () {
    const fetched = yield* fetchDocument(yield* placeNamed(name, terminal.cwd))
    const { format } = options
    if (options.raw) {
      // Not a byte more, so that it has the digest that it is called by.
      terminal.out(fetched.bytes)
      return 0
    }
    if (format === undefined || format === "" || format === "{{.Manifest}}") {
      terminal.out(imageListing(fetched))
      return 0
    }
    const platforms = yield* loadImage(fetched, {
      sboms: format.includes(".SBOM"),
      provenance: format.includes(".Provenance")
    })
    const text = renderFacts(format, imageFacts(name, fetched, platforms))
    if (!text.ok) {
      return yield* wrong(text.problem, "its fields are .Name, .Manifest, .Image, .Provenance and .SBOM")
    }
    terminal.out(text.value)
    return 0
  }).pipe(withTrust(options, given, terminal.cwd))
)

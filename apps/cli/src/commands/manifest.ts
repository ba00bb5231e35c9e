import { format, type ImageRef, placeOf } from "@gantry/core/image/ImageRef"
import { fetchDocument, makeAllowance } from "@gantry/engine/manifests/fetch-document"
import { asListed, findLocal, noSuchManifest } from "@gantry/engine/manifests/find-source"
import type { ShownManifest } from "@gantry/engine/manifests/ManifestList"
import { ManifestsRefused } from "@gantry/engine/manifests/ManifestsRefused"
import { annotateListed, createList, listedManifests, pushList, removeList } from "@gantry/engine/verbs/manifest-lists"
import * as Effect from "effect/Effect"
import {
  manifestAnnotate,
  manifestCreate,
  manifestInspect,
  manifestPush,
  manifestRm
} from "../argv/tables/manifests.ts"
import { manifestJson, manifestListJson, verboseJson } from "../show/manifest-json.ts"
import { define } from "./define.ts"
import { each } from "./each.ts"
import { manifestNamed, unlessInsecure } from "./manifest-names.ts"

/** `gantry manifest create`. */
export const create = define(manifestCreate, ({ operands: [name = "", ...sources], options }, { terminal }) =>
  Effect.gen(function* () {
    const list = yield* manifestNamed(name, `error parsing name for manifest list ${name}: `)
    const refs = yield* Effect.forEach(sources, (source) => manifestNamed(source))
    yield* createList({ list, sources: refs, amend: options.amend })
    terminal.out(`Created manifest list ${format(list)}\n`)
    return 0
  }).pipe(unlessInsecure(options.insecure))
)

/** `gantry manifest annotate`. */
export const annotate = define(manifestAnnotate, ({ operands: [name = "", manifest = ""], options }) =>
  Effect.gen(function* () {
    const list = yield* manifestNamed(name, `annotate: error parsing name for manifest list ${name}: `)
    const source = yield* manifestNamed(manifest, `annotate: error parsing name for manifest ${manifest}: `)
    const called = { list: name, source: manifest }
    yield* annotateListed(
      { list, source, called },
      {
        architecture: options.arch ?? "",
        os: options.os ?? "",
        osFeatures: options.osFeatures.flatMap((features) => features.split(",")).filter((feature) => feature !== ""),
        osVersion: options.osVersion ?? "",
        variant: options.variant ?? ""
      }
    )
    return 0
  })
)

/** `gantry manifest inspect`: a list that is being put together here, a local image, or what a registry has. */
export const inspect = define(manifestInspect, ({ operands: [first = "", second], options }, { terminal }) =>
  Effect.gen(function* () {
    const show = (shown: Shown) =>
      Effect.sync(() => {
        terminal.out(
          options.verbose
            ? verboseJson(shown.manifests, shown.isList)
            : shown.isList
              ? manifestListJson(shown.manifests)
              : manifestJson(shown.manifests[0]?.bytes)
        )
        return 0
      })
    const name = yield* manifestNamed(first)
    const listed = yield* listedManifests(name)
    if (second !== undefined) {
      const manifest = yield* manifestNamed(second)
      const found = listed.find(({ source }) => source === format(manifest))
      if (found === undefined) return yield* notListed(manifest, name)
      return yield* show({ isList: false, manifests: [found] })
    }
    if (listed.length > 0) return yield* show({ isList: true, manifests: listed })
    const local = yield* findLocal(name)
    if (local.length > 0) return yield* show({ isList: local.length > 1, manifests: local })
    return yield* show(yield* inRegistry(name, options.verbose))
  }).pipe(unlessInsecure(options.insecure))
)

/** What is shown: one manifest, or those of a list. */
interface Shown {
  readonly isList: boolean
  readonly manifests: ReadonlyArray<ShownManifest>
}

const notListed = (manifest: ImageRef, list: ImageRef) =>
  new ManifestsRefused({
    what: `No such manifest: ${format(manifest)}`,
    why: `it is not in the list ${format(list)}`,
    hint: `gantry manifest inspect ${format(list)} shows what is`
  })

/** How many manifests of a list are fetched at once. */
const atOnce = 4

/** Bytes of all manifests of a list that are shown at once. */
const mostShown = 64 * 1024 * 1024

/** What a registry has of a name; of an index the manifests only when they are `wanted` with all they say. */
const inRegistry = (ref: ImageRef, wanted: boolean) =>
  Effect.gen(function* () {
    const fetched = yield* Effect.catchTag(fetchDocument(ref), "ImageNotFound", () => noSuchManifest(ref))
    const { document } = fetched
    if (document.type === "index") {
      const take = makeAllowance(ref, mostShown)
      const manifests = yield* Effect.forEach(
        document.entries,
        ({ digest, mediaType, platform, size }) =>
          Effect.map(
            wanted
              ? fetchDocument({ ...placeOf(ref), digest }).pipe(
                  Effect.map((child) => child.bytes),
                  Effect.tap(({ length }) => take(length))
                )
              : Effect.succeed(new Uint8Array()),
            (own) => ({
              source: format({ ...ref, digest }),
              mediaType,
              digest,
              size,
              bytes: own,
              ...(platform === undefined ? {} : { platform })
            })
          ),
        { concurrency: atOnce }
      )
      return { isList: true, manifests }
    }
    return { isList: false, manifests: [yield* asListed(fetched, document.config)] }
  })

/** `gantry manifest push`: prints what was sent besides the list, and the list's digest. */
export const push = define(manifestPush, ({ operands: [name = ""], options }, { terminal }) =>
  Effect.gen(function* () {
    const list = yield* manifestNamed(name)
    const { digest, sent } = yield* pushList(list)
    for (const ref of sent) terminal.out(`Pushed ref ${format(ref)} with digest: ${ref.digest}\n`)
    terminal.out(`${digest}\n`)
    if (options.purge) yield* removeList(list)
    return 0
  }).pipe(unlessInsecure(options.insecure))
)

/** `gantry manifest rm`. */
export const remove = define(manifestRm, ({ operands }, { terminal }) =>
  each(operands, terminal, (name) => Effect.as(Effect.flatMap(manifestNamed(name), removeList), undefined))
)

import { ofBytes } from "@gantry/core/image/Digest"
import type { Locks } from "@gantry/core/Locks"
import type { BuildCache } from "@gantry/core/store/BuildCache"
import type { LayerStore } from "@gantry/core/store/LayerStore"
import { spellFacts, type StepFacts } from "@gantry/build/key/StepFacts"
import type { BuildContext } from "@gantry/build/solve/BuildContext"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import { type BuildBench, layer, type Sins } from "../BuildBench.ts"
import type { Saboteur } from "../Saboteur.ts"

/** Spoils facts before they are spelled. */
const facts =
  (sin: (facts: StepFacts) => StepFacts): NonNullable<Sins["spell"]> =>
  (each) =>
    spellFacts(sin(each))

/** A context whose entries are not shown as they are. */
const shown = (change: (entry: { readonly mode: number; readonly mtimeNs: bigint }) => { readonly mode: number }) =>
  ((context: BuildContext): BuildContext => ({
    ...context,
    select: (source, options) =>
      Either.map(context.select(source, options), (matches) =>
        matches.map((match) => ({
          ...match,
          selected: match.selected.map(({ as, entry }) => ({ as, entry: { ...entry, ...change(entry) } }))
        }))
      )
  })) satisfies Sins["context"]

/** Builders with one sin each, on the honest store and cache of an environment. */
export const buildSaboteurs = (
  honest: Layer.Layer<BuildCache | LayerStore | Locks>
): ReadonlyArray<Saboteur<BuildBench>> => {
  const sinful = (sins: Sins) => Layer.provide(layer(sins), honest)
  return [
    {
      sin: "forgets settings in keys",
      breaks: ["BUILD-1"],
      layer: sinful({
        spell: facts((each) => {
          if (each.format === "gantry.config.1") return { ...each, change: "" }
          return each.format === "gantry.run.1" ? { ...each, env: {} } : each
        })
      })
    },
    {
      sin: "forgets arguments in keys",
      breaks: ["BUILD-1"],
      layer: sinful({ spell: facts((each) => (each.format === "gantry.run.1" ? { ...each, args: {} } : each)) })
    },
    {
      sin: "forgets commands in keys",
      breaks: ["CACHE-3", "BUILD-1"],
      layer: sinful({ spell: facts((each) => (each.format === "gantry.run.1" ? { ...each, argv: ["x"] } : each)) })
    },
    {
      sin: "forgets destinations in keys",
      breaks: ["CACHE-3", "BUILD-1"],
      layer: sinful({ spell: facts((each) => (each.format === "gantry.copy.1" ? { ...each, dest: "/" } : each)) })
    },
    {
      sin: "forgets what a step stands on",
      breaks: ["BUILD-2"],
      layer: sinful({ spell: facts((each) => ({ ...each, parent: { scratch: "" } })) })
    },
    {
      sin: "does not see the bytes of files",
      breaks: ["CACHE-5"],
      layer: sinful({ context: (context) => ({ ...context, fileDigest: () => Either.right(ofBytes("")) }) })
    },
    {
      sin: "does not see the modes of files",
      breaks: ["CACHE-3", "CACHE-5"],
      layer: sinful({ context: shown(() => ({ mode: 0o644 })) })
    },
    {
      sin: "takes times of files for a part of them",
      breaks: ["BUILD-3"],
      layer: sinful({ context: shown(({ mode, mtimeNs }) => ({ mode: mode + Number(mtimeNs % 1000n) * 0o10000 })) })
    },
    {
      sin: "lets every file of the context count",
      breaks: ["CACHE-4", "CACHE-5"],
      layer: sinful({
        spell: (each, { files }) =>
          each.format === "gantry.run.1"
            ? spellFacts({ ...each, options: { context: JSON.stringify([...files]) } })
            : spellFacts(each)
      })
    },
    {
      sin: "never finds anything",
      breaks: ["CACHE-3", "CACHE-4", "CACHE-5", "BUILD-1"],
      layer: sinful({ cache: (cache) => ({ ...cache, get: () => Effect.succeedNone }) })
    },
    {
      sin: "gives one step the layer of another",
      breaks: ["CACHE-3"],
      layer: sinful({
        cache: (cache) => ({
          ...cache,
          get: (key) =>
            Effect.zipWith(cache.get(key), cache.list, (found, all) =>
              Option.map(found, (record) => ({
                ...record,
                layer:
                  record.layer === null ? null : (all.findLast(({ layer: other }) => other !== null)?.layer ?? null)
              }))
            )
        })
      })
    },
    {
      sin: "forgets when a step was made",
      breaks: ["CACHE-3"],
      layer: sinful({
        cache: (cache) => ({
          ...cache,
          get: (key) =>
            Effect.map(
              cache.get(key),
              Option.map((record) => ({ ...record, createdAt: 0 }))
            )
        })
      })
    },
    {
      sin: "compares with no earlier record",
      breaks: ["BUILD-4"],
      layer: sinful({ cache: (cache) => ({ ...cache, near: () => Effect.succeed([]) }) })
    },
    {
      sin: "does not wait for another build of the same",
      breaks: ["BUILD-5"],
      layer: sinful({ apart: true })
    },
    {
      sin: "writes half a record when it is killed",
      breaks: ["BUILD-6", "BUILD-8"],
      layer: sinful({ halfRecords: true })
    },
    {
      sin: "takes all that is copied from stages for the same",
      breaks: ["BUILD-9"],
      layer: sinful({ content: () => () => Effect.succeed(ofBytes("")) })
    },
    {
      sin: "lets every file of a stage count for what is copied from it",
      breaks: ["BUILD-10"],
      layer: sinful({
        content: (executor) => (from) =>
          Effect.map(executor.contentOf(from), (digest) => ofBytes(JSON.stringify([digest, from.stack])))
      })
    },
    {
      sin: "takes a record for what its key says",
      breaks: ["BUILD-7"],
      layer: sinful({
        cache: (cache) => {
          const written = new Map<string, string>()
          return {
            ...cache,
            put: (records) =>
              Effect.suspend(() => {
                for (const each of records) if (!written.has(each.key)) written.set(each.key, each.facts)
                return cache.put(records)
              }),
            get: (key) =>
              Effect.map(
                cache.get(key),
                Option.map((record) => ({ ...record, facts: written.get(key) ?? record.facts }))
              )
          }
        }
      })
    }
  ]
}

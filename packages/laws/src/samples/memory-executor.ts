import { ofBytes } from "@gantry/core/image/Digest"
import { LayerStore, type Stack } from "@gantry/core/store/LayerStore"
import { nameOf } from "@gantry/core/tree/safe-path"
import type { TreeChange, TreeEntry } from "@gantry/core/tree/TreeEntry"
import {
  type CopyRequest,
  type FromTree,
  type MountRequest,
  type RunRequest,
  type StepExecutorShape,
  StepFailed
} from "@gantry/build/solve/StepExecutor"
import * as Effect from "effect/Effect"
import { spelled } from "../Tree.ts"
import type { SampleFile } from "./dockerfiles.ts"

/**
 * Carries out steps on the layer store under test, without a kernel. A command writes one file that depends on
 * everything a command can see: its words, variables, user, directory, and the whole tree. So a cached result that
 * should have been made again always shows. The command `true` writes nothing.
 *
 * `files`: the context as it is, for the bytes, and for the modes.
 */
export const memoryExecutor = (
  files: ReadonlyMap<string, SampleFile>
): Effect.Effect<StepExecutorShape, never, LayerStore> =>
  Effect.map(LayerStore, (layers) => {
    const change = (stack: Stack, changes: ReadonlyArray<TreeChange>) =>
      Effect.gen(function* () {
        const tree = yield* layers.prepare({ parents: stack, keep: false })
        yield* layers.write(tree, changes)
        return yield* layers.commit(tree)
      }).pipe(Effect.mapError((cause) => new StepFailed({ why: cause.message, cause })))

    const see = (stack: Stack) =>
      Effect.mapError(layers.walk(stack, ""), (cause) => new StepFailed({ why: cause.message, cause }))

    /** What a bind shows; of what other mounts show, nothing may count. */
    const seenThrough = ({ contents, mount }: MountRequest) =>
      Effect.gen(function* () {
        if (mount.type !== "bind" || contents === undefined) return []
        if (contents.of === "tree") return (yield* see(contents.stack)).map(spelled)
        const shown = contents.part.matches.flatMap(({ selected }) => selected)
        return shown.map(({ as, entry }) => [as, entry.mode, files.get(entry.path)?.text ?? ""])
      })

    /** Under their places below the destination. */
    const takenFrom = ({ sources, stack }: FromTree) =>
      Effect.map(see(stack), (entries) =>
        sources.flatMap((source) => {
          const root = source.replace(/^\/|\/$/g, "")
          const below = entries.filter(({ path }) => path.startsWith(`${root}/`))
          // What no sample command has made, a real one might have: of what, depends on the whole tree.
          if (below.length === 0) return [file(nameOf(root), ofBytes(entries.map(spelled).join()), 0o644)]
          return below.map((entry): TreeEntry => ({ ...entry, path: entry.path.slice(root.length + 1) }))
        })
      )

    const run = (request: RunRequest) =>
      Effect.gen(function* () {
        const { argv, cwd, env, files: scripts, mounts, network, stack, user } = request
        if (argv.at(-1) === "true") return yield* change(stack, [])
        const tree = (yield* see(stack)).map(spelled)
        const mounted = yield* Effect.forEach(mounts, seenThrough)
        const seen = JSON.stringify([argv, env, cwd, user, network, scripts, tree, mounted])
        return yield* change(stack, [file(`run/${ofBytes(argv.join(" ")).slice(7, 15)}`, ofBytes(seen), 0o644)])
      })

    const copy = (request: CopyRequest) =>
      Effect.gen(function* () {
        const { dest, from, inline, stack } = request
        const into = dest.replace(/^\/|\/$/g, "")
        if (from.of === "tree") {
          const taken = yield* takenFrom(from)
          return yield* change(
            stack,
            taken.map((entry) => owned({ ...entry, path: `${into}/${entry.path}` }, request))
          )
        }
        const taken = from.selection.parts.flatMap(({ matches }) => matches.flatMap(({ selected }) => selected))
        const copied = taken.map(({ as, entry }) => {
          const real = files.get(entry.path)
          return real === undefined
            ? directory(`${into}/${as}`, entry.mode)
            : file(`${into}/${as}`, real.text, real.mode)
        })
        const written = inline.map(({ content, path }) => file(`${into}/${path}`, content, 0o644))
        return yield* change(
          stack,
          [...copied, ...written].map((entry) => owned(entry, request))
        )
      })

    return {
      run,
      copy,
      contentOf: (from) => Effect.map(takenFrom(from), (taken) => ofBytes(JSON.stringify(taken.map(spelled)))),
      workdir: ({ path, stack }) =>
        Effect.flatMap(see(stack), (entries) =>
          change(stack, entries.some((entry) => `/${entry.path}` === path) ? [] : [directory(path.slice(1), 0o755)])
        )
    }
  })

/** Owner and mode as a COPY asks for them, by number only. */
const owned = (entry: TreeEntry, { chmod, chown }: Pick<CopyRequest, "chmod" | "chown">): TreeEntry => {
  const [uid = "0", gid = uid] = (chown ?? "0").split(":")
  const mode = chmod === undefined || !/^[0-7]+$/.test(chmod) ? entry.mode : Number.parseInt(chmod, 8)
  return { ...entry, mode, ...(chown === undefined ? {} : { uid: Number(uid) || 0, gid: Number(gid) || 0 }) }
}

const meta = (path: string, mode: number) => ({ path, mode, uid: 0, gid: 0, mtimeNs: 0n })

const file = (path: string, text: string, mode: number): TreeEntry => {
  const bytes = new TextEncoder().encode(text)
  return { ...meta(path, mode), type: "file", size: bytes.length, content: { from: "bytes", bytes } }
}

const directory = (path: string, mode: number): TreeEntry => ({ ...meta(path, mode), type: "directory" })

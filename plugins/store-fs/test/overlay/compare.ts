/**
 * Runs in a mount namespace of its own: builds stacks of random layers, mounts them, and compares what overlayfs shows
 * with what the store says; then changes files through the mount, commits, and compares again.
 *
 * Arguments: the store's root, the number of runs, the seed.
 */
import { chmodSync, linkSync, mkdirSync, readdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { LayerStore, type Stack, type TreeHandle } from "@gantry/core/store/LayerStore"
import { plainChanges } from "@gantry/laws/plain-changes"
import { treeTriples } from "@gantry/laws/samples/trees"
import { asSeen, inWholeSeconds, sameTree, spelled, type Tree } from "@gantry/laws/Tree"
import { MNT_DETACH } from "@gantry/linux/constants"
import { loadSyscallsSync } from "@gantry/linux/load"
import { Effect, Option, Runtime } from "effect"
import * as fc from "fast-check"
import { unionView } from "../../src/UnionView.ts"
import { storeIn } from "../store-in.ts"

const [root = "", runs = "", seed = ""] = process.argv.slice(2)
const kernel = loadSyscallsSync()

const mounted = <A>({ root: source }: TreeHandle, use: (target: string) => A): A => {
  if (source.type !== "overlay") throw new Error("the tree is no overlay")
  // Without the skeleton, which is no part of what the store says.
  const lower = source.lower.slice(0, -1).map((name) => join(source.directory, name))
  const options = `lowerdir=${lower.join(":")},upperdir=${source.upper},workdir=${source.work},redirect_dir=off,index=off,metacopy=off`
  kernel.mount("overlay", source.target, "overlay", 0, options)
  try {
    return use(source.target)
  } finally {
    kernel.umount2(source.target, MNT_DETACH)
  }
}

/** What a process in the container would see. Contents are read now: the mount will be gone. */
const shown = (target: string): Tree =>
  asSeen(
    inWholeSeconds(unionView([{ directory: target, kernel }]).walk("")).map((entry) => ({ ...entry }))
  )

const read = (tree: Tree): ReadonlyArray<string> => tree.map(spelled)

/** What commands do to a tree, by number. */
const commands: ReadonlyArray<(target: string, names: ReadonlyArray<string>, at: number) => void> = [
  (target, names, at) => rmSync(join(target, pick(names, at)), { recursive: true, force: true }),
  (target, names, at) => {
    const path = join(target, pick(names, at))
    rmSync(path, { recursive: true, force: true })
    mkdirSync(path, { recursive: true })
    writeFileSync(join(path, "again"), "made again")
  },
  (target, _, at) => writeFileSync(join(target, `new${at % 3}`), `written ${at}`),
  (target, names, at) => chmodSync(join(target, pick(names, at)), 0o711),
  (target, names, at) => renameSync(join(target, pick(names, at)), join(target, "moved")),
  (target, names, at) => linkSync(join(target, pick(names, at)), join(target, `linked${at % 3}`)),
  (target, names, at) => symlinkSync(pick(names, at), join(target, `soft${at % 3}`)),
  (target, names, at) => mkdirSync(join(target, pick(names, at), "inside"), { recursive: true }),
  (target) => chmodSync(target, 0o700)
]

const pick = (names: ReadonlyArray<string>, at: number): string => names[at % Math.max(1, names.length)] ?? "none"

/** Runs a command; one that cannot be done on this tree does nothing, as in a container. */
const attempt = (command: number, target: string, at: number): void => {
  const names = (readdirSync(target, { recursive: true }) as Array<string>).sort()
  try {
    commands[command % commands.length]?.(target, names, at)
  } catch (cause) {
    if (!(cause instanceof Error && "code" in cause)) throw cause
  }
}

const built = (history: ReadonlyArray<Tree>) =>
  Effect.gen(function* () {
    const store = yield* LayerStore
    let stack: Stack = []
    let before: Tree = []
    for (const next of history) {
      const tree = yield* store.prepare({ parents: stack, keep: false })
      yield* store.write(tree, plainChanges(before, next))
      const layer = yield* store.commit(tree)
      // A layer that stands in the stack already cannot stand in an overlay twice.
      stack = [...stack, ...Option.toArray(layer).map(({ diffId }) => diffId)]
      before = next
    }
    return stack
  })

const steps = fc.array(fc.tuple(fc.nat({ max: commands.length - 1 }), fc.nat()), { maxLength: 6 })

const holds = (history: ReadonlyArray<Tree>, todo: ReadonlyArray<readonly [number, number]>) =>
  Effect.gen(function* () {
    const store = yield* LayerStore
    const stack = yield* built(history)
    if (stack.length === 0 || new Set(stack).size < stack.length) return true
    const tree = yield* store.prepare({ parents: stack, keep: false })
    const said = asSeen(inWholeSeconds(yield* store.walk(stack, "")))
    const [same, after, rootMode] = mounted(tree, (target) => {
      const equal = sameTree(shown(target), said)
      for (const [command, at] of todo) attempt(command, target, at)
      return [equal, read(shown(target)), unionView([{ directory: target, kernel }]).at("")?.stat.mode] as const
    })
    if (!same) return false
    const layer = yield* store.commit(tree)
    const next = [...stack, ...Option.toArray(layer).map(({ diffId }) => diffId)]
    const now = read(asSeen(inWholeSeconds(yield* store.walk(next, ""))))
    const top = Option.getOrThrow(yield* store.lookup(next, "", true))
    return now.join("\n") === after.join("\n") && Number(rootMode ?? 0n) % 0o10000 === top.mode
  })

const program = Effect.gen(function* () {
  const run = Runtime.runPromise(yield* Effect.runtime<LayerStore>())
  const outcome = yield* Effect.promise(() =>
    fc.check(
      fc.asyncProperty(treeTriples({ xattrs: true, fifos: true, devices: true }), steps, (history, todo) =>
        run(holds(history, todo))
      ),
      { numRuns: Number(runs), seed: Number(seed) }
    )
  )
  if (!outcome.failed) return 0
  console.log(fc.defaultReportMessage(outcome))
  return 1
})

process.exitCode = await Effect.runPromise(Effect.provide(program, storeIn(root)))

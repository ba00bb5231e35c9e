/**
 * Runs in a mount namespace of its own: builds stacks of random layers, mounts them, and compares what overlayfs shows
 * with what the store says; then changes files through the mount, commits, and compares again.
 *
 * Arguments: the store's root, the number of runs, the seed.
 */
import {
  chmodSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync
} from "node:fs"
import { join } from "node:path"
import type { Digest } from "@gantry/core/image/Digest"
import { LayerStore, type TreeHandle } from "@gantry/core/store/LayerStore"
import { plainChanges } from "@gantry/laws/plain-changes"
import { treeTriples } from "@gantry/laws/samples/trees"
import { asSeen, inWholeSeconds, sameTree, spelled, type Tree } from "@gantry/laws/Tree"
import { MNT_DETACH, O_DIRECTORY, O_RDONLY } from "@gantry/linux/constants"
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
  asSeen(inWholeSeconds(unionView([{ directory: target, kernel }]).walk("")).map((entry) => ({ ...entry })))

const read = (tree: Tree): ReadonlyArray<string> => tree.map(spelled)

/** What commands do to a tree, by number. Paths are absolute, and their directories are real: see {@link confined}. */
const commands: ReadonlyArray<(path: string, at: number) => void> = [
  (path) => rmSync(path, { recursive: true, force: true }),
  (path) => {
    rmSync(path, { recursive: true, force: true })
    mkdirSync(path)
    writeFileSync(`${path}/again`, "made again", { flag: "wx" })
  },
  (_, at) => writeFileSync(`/new${at % 3}`, `written ${at}`, { flag: "wx" }),
  (path) => {
    if (!lstatSync(path).isSymbolicLink()) chmodSync(path, 0o711)
  },
  (path) => renameSync(path, "/moved"),
  (path, at) => linkSync(path, `/linked${at % 3}`),
  (path, at) => symlinkSync(path, `/soft${at % 3}`),
  (path) => {
    if (lstatSync(path).isDirectory()) mkdirSync(`${path}/inside`)
  },
  () => chmodSync("/", 0o700)
]

/**
 * Does something with the mounted tree as the root directory. The samples hold links to `/` and out of the tree, and
 * this is root: without a root of its own, a command on such a tree would be a command on this machine.
 */
const confined = (target: string, work: () => void): void => {
  const outside = kernel.open("/", O_RDONLY | O_DIRECTORY, 0)
  kernel.chroot(target)
  kernel.chdir("/")
  try {
    work()
  } finally {
    kernel.fchdir(outside)
    kernel.chroot(".")
    kernel.close(outside)
  }
}

/** All paths of the tree, no link followed. */
const pathsBelow = (directory: string): Array<string> =>
  readdirSync(directory, { withFileTypes: true }).flatMap((entry) => {
    const path = `${directory === "/" ? "" : directory}/${entry.name}`
    return entry.isDirectory() ? [path, ...pathsBelow(path)] : [path]
  })

/** Runs a command; one that cannot be done on this tree does nothing, as in a container. */
const attempt = (command: number, at: number): void => {
  const paths = pathsBelow("/").toSorted()
  try {
    commands[command % commands.length]?.(paths[at % Math.max(1, paths.length)] ?? "/none", at)
  } catch (cause) {
    if (!(cause instanceof Error && "code" in cause)) throw cause
  }
}

const built = (history: ReadonlyArray<Tree>) =>
  Effect.gen(function* () {
    const store = yield* LayerStore
    const stack: Array<Digest> = []
    let before: Tree = []
    for (const next of history) {
      const tree = yield* store.prepare({ parents: [...stack], keep: false })
      yield* store.write(tree, plainChanges(before, next))
      const layer = yield* store.commit(tree)
      stack.push(...Option.toArray(layer).map(({ diffId }) => diffId))
      before = next
    }
    return stack
  })

const steps = fc.array(fc.tuple(fc.nat({ max: commands.length - 1 }), fc.nat()), { maxLength: 6 })

/** `repeated`: how many of the layers come once more on top, as where a file is copied, removed and copied again. */
const holds = (history: ReadonlyArray<Tree>, todo: ReadonlyArray<readonly [number, number]>, repeated: number) =>
  Effect.gen(function* () {
    const store = yield* LayerStore
    const made = yield* built(history)
    // Overlayfs takes no empty stack.
    if (made.length === 0) return true
    const stack = [...made, ...made.slice(0, repeated)]
    const tree = yield* store.prepare({ parents: [...stack], keep: false })
    const said = asSeen(inWholeSeconds(yield* store.walk(stack, "")))
    const [same, after, rootMode] = mounted(tree, (target) => {
      const equal = sameTree(shown(target), said)
      confined(target, () => {
        for (const [command, at] of todo) attempt(command, at)
      })
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
      fc.asyncProperty(
        treeTriples({ xattrs: true, fifos: true, devices: true }),
        steps,
        fc.nat({ max: 2 }),
        (history, todo, repeated) => run(holds(history, todo, repeated))
      ),
      { numRuns: Number(runs), seed: Number(seed) }
    )
  )
  if (!outcome.failed) return 0
  console.log(fc.defaultReportMessage(outcome))
  return 1
})

process.exitCode = await Effect.runPromise(Effect.provide(program, storeIn(root)))

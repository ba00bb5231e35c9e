import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { LayerInfo, Stack } from "@gantry/core/store/LayerStore"
import { diagnose } from "../graph/diagnose.ts"
import type { AwaitedPart, ContextPart } from "./BuildContext.ts"
import { BuildFailed } from "./BuildFailed.ts"
import { showsContext } from "./mount-facts.ts"
import type { AskedMount } from "./stage-state.ts"
import type { OtherTree } from "./stand-on.ts"
import type { Folded, Workshop } from "./Standing.ts"
import type { SourceUnavailable } from "./Sources.ts"
import { type MountRequest, StepFailed, type StepPlace } from "./StepExecutor.ts"

/** What a step is executed on. */
export interface Ground {
  readonly stack: Stack
  /** As `otherTrees` found them. */
  readonly trees: ReadonlyArray<OtherTree | undefined>
  /** Of a copy all of its sources, of a command its mounts that are from a context. */
  readonly parts: ReadonlyArray<ContextPart | AwaitedPart>
}

/** Has a step carried out, when there is a place, and checks that its files stayed what they were. */
export const executeStep = (
  { action, label, node, stage }: Folded,
  { parts, stack, trees }: Ground,
  shop: Workshop
) => {
  const place: StepPlace = {
    stack,
    text: label.text,
    platform: stage.platform,
    ...(shop.epoch === undefined ? {} : { clampNs: BigInt(shop.epoch) * 1_000_000_000n }),
    onWarning: (message, suggestion) => {
      const report = { code: "step-warning", message, suggestion }
      shop.emit({ type: "warning", diagnostic: diagnose("warning", node.instruction, shop.graph.source, report) })
    }
  }
  const work = (selected: ReadonlyArray<ContextPart>): Effect.Effect<Option.Option<LayerInfo>, StepFailed> => {
    switch (action.kind) {
      case "config":
        return Effect.succeedNone
      case "workdir":
        return shop.executor.workdir({ ...place, path: action.path, user: action.user })
      case "run": {
        const env = new Map([...action.proxies, ...action.args, ...action.env])
        return shop.executor.run({
          ...place,
          argv: action.argv,
          // Sorted, because the order of definition is no part of the key.
          env: [...env].toSorted(byName).map(([name, value]) => `${name}=${value}`),
          cwd: action.cwd,
          user: action.user,
          network: action.network,
          files: action.files,
          mounts: mountRequests(action.mounts, trees, selected),
          onOutput: (output) => shop.emit({ type: "output", step: label, output })
        })
      }
      case "copy": {
        const { chmod, chown, dest, exclude, inline, optional, parents, sources } = action
        const [tree] = trees
        return shop.executor.copy({
          ...place,
          from:
            tree === undefined
              ? { of: "context", selection: { parts: selected } }
              : { of: "tree", stack: tree.stack, sources, exclude, parents, optional },
          inline,
          dest,
          ...(chown === undefined ? {} : { chown }),
          ...(chmod === undefined ? {} : { chmod })
        })
      }
    }
  }
  const whole = Effect.gen(function* () {
    const selected = yield* Effect.forEach(parts, (part) =>
      "open" in part ? Effect.mapError(part.open, stepFailed) : Effect.succeed(part)
    )
    const layer = yield* work(selected)
    return {
      layer: Option.match(layer, { onNone: () => null, onSome: ({ diffId }) => diffId }),
      // What was written while it was copied may not be what was digested.
      exact: selected.every(({ context, matches }) =>
        matches.every((match) => match.selected.every(({ entry }) => context.unchanged(entry)))
      )
    }
  })
  return shop.withPlace(whole).pipe(
    Effect.tapError(({ why }) => Effect.sync(() => shop.emit({ type: "failed", step: label, why }))),
    Effect.mapError(
      ({ cause, exitCode, why }) =>
        new BuildFailed({
          step: label,
          why,
          ...(exitCode === undefined ? {} : { exitCode }),
          ...(cause === undefined ? {} : { cause })
        })
    )
  )
}

/** Mounts with what they show. The parts are those of the mounts that show a context, in their order. */
const mountRequests = (
  asked: ReadonlyArray<AskedMount>,
  trees: Ground["trees"],
  parts: ReadonlyArray<ContextPart>
): ReadonlyArray<MountRequest> => {
  const ofContexts = parts.values()
  return asked.map((each, at): MountRequest => {
    const { mount } = each
    const tree = trees[at]
    if (tree !== undefined) return { mount, contents: { of: "tree", stack: tree.stack } }
    const part = showsContext(each) ? ofContexts.next().value : undefined
    return part === undefined ? { mount } : { mount, contents: { of: "context", part } }
  })
}

const byName = ([a]: readonly [string, string], [b]: readonly [string, string]) => (a < b ? -1 : 1)

const stepFailed = (cause: SourceUnavailable) => new StepFailed({ why: cause.message, cause })

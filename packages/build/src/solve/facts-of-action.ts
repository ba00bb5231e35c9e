import * as Either from "effect/Either"
import type { Turns } from "@gantry/core/turns"
import type { ListedFile } from "../key/file-list.ts"
import type { CopyFacts, CopyOrigin, LayersBelow, Parent, StepFacts, TreeContent } from "../key/StepFacts.ts"
import type { AwaitedPart, BuildContext, ContextPart } from "./BuildContext.ts"
import { copyParts } from "./copy-parts.ts"
import { mountFacts } from "./mount-facts.ts"
import type { RemoteFound } from "./Sources.ts"
import type { StepAction } from "./stage-state.ts"

/** An action that has a result of its own, and so a key. */
export type KeyedAction = Exclude<StepAction, { readonly kind: "declare" }>
type CopyAction = Extract<StepAction, { readonly kind: "copy" }>

/** What surrounds a step, as far as its key depends on it. */
export interface FactsAround {
  readonly parent: Parent | LayersBelow
  /** Seconds since 1970, as text; empty without a limit. */
  readonly epoch: string
  /** Options of the build that commands can notice. */
  readonly options: { readonly [name: string]: string }
  /** Options of the build that count for commands which are given secrets. */
  readonly secretOptions: { readonly [name: string]: string }
  /** What files that are from no tree are from, in the order of the trees: the build's own context, or one with a name. */
  readonly contexts: ReadonlyArray<BuildContext>
  /** What was found at the addresses among the sources, by the source's text. */
  readonly remote?: ReadonlyMap<string, RemoteFound>
  /** The trees that files are from, none where that is a context: of a copy the first, of a RUN one for each mount. */
  readonly trees: ReadonlyArray<Parent | TreeContent | undefined>
}

/** The facts of a step, and what was read to know them. */
export interface KnownFacts {
  readonly facts: StepFacts
  /** For explanations. */
  readonly files: ReadonlyArray<ListedFile>
  /** What is taken from contexts and addresses: by a copy, or by the bind mounts of a command that show no tree. */
  readonly parts?: ReadonlyArray<ContextPart | AwaitedPart>
}

/** Gathers the facts of a step; what is taken from the context is read. Fails with a sentence. */
export function* factsOf(action: KeyedAction, around: FactsAround): Turns<Either.Either<KnownFacts, string>> {
  const { epoch, options, parent, secretOptions } = around
  switch (action.kind) {
    case "config":
      return plain({ format: "gantry.config.1", parent, instruction: action.instruction, change: action.change })
    case "workdir":
      return plain({ format: "gantry.workdir.1", parent, epoch, path: action.path, user: action.user })
    case "run":
      return Either.map(yield* mountFacts(action.mounts, around), ({ files, mounts, parts }) => ({
        facts: {
          format: "gantry.run.1",
          parent,
          epoch,
          argv: action.argv,
          env: Object.fromEntries(action.env),
          args: Object.fromEntries(action.args),
          cwd: action.cwd,
          user: action.user,
          network: action.network,
          files: action.files.map(({ content, path }) => [path, content] as const),
          mounts,
          options: mounts.some(({ type }) => type === "secret") ? { ...options, ...secretOptions } : options
        },
        files,
        parts
      }))
    case "copy":
      return yield* copyFacts(action, around)
  }
}

const plain = (facts: StepFacts) => Either.right({ facts, files: [] })

function* copyFacts(
  action: CopyAction,
  { contexts, epoch, parent, remote, trees: [tree] }: FactsAround
): Turns<Either.Either<KnownFacts, string>> {
  const facts = (origin: CopyOrigin): CopyFacts => ({
    format: "gantry.copy.1",
    parent,
    epoch,
    origin,
    inline: action.inline.map(({ content, path }) => [path, content]),
    dest: action.dest,
    chown: action.chown ?? "",
    chmod: action.chmod ?? "",
    archives: action.unpack ? "unpack" : "keep"
  })
  if (tree !== undefined) {
    if ("content" in tree) return plain(facts(tree))
    const { exclude, parents, sources } = action
    return plain(facts({ tree, sources, exclude, parents: parents ? 1 : 0 }))
  }
  const [context] = contexts
  if (context === undefined) return Either.left("there is no context to copy from")
  return Either.map(yield* copyParts(action, context, remote ?? new Map()), ({ list, parts }) => ({
    facts: facts({ files: list.digest }),
    files: list.paths,
    parts
  }))
}

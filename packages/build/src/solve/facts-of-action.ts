import * as Either from "effect/Either"
import { describeProblem } from "../context/ContextProblem.ts"
import type { Match } from "../context/select.ts"
import { listFiles, type ListedFile } from "../key/file-list.ts"
import type { CopyFacts, CopyOrigin, Parent, StepFacts } from "../key/StepFacts.ts"
import type { BuildContext, ContextSelection } from "./BuildContext.ts"
import type { StepAction } from "./stage-state.ts"

/** An action that has a result of its own, and so a key. */
export type KeyedAction = Exclude<StepAction, { readonly kind: "declare" }>
type CopyAction = Extract<StepAction, { readonly kind: "copy" }>

/** What surrounds a step, as far as its key depends on it. */
export interface FactsAround {
  readonly parent: Parent
  /** Seconds since 1970, as text; empty without a limit. */
  readonly epoch: string
  /** Options of the build that commands can notice. */
  readonly options: { readonly [name: string]: string }
  readonly context: BuildContext
  /** Of the tree a copy is from, when it is not from the context. */
  readonly tree?: Parent
}

/** The facts of a step, and what was read to know them. */
export interface KnownFacts {
  readonly facts: StepFacts
  /** For explanations. */
  readonly files: ReadonlyArray<ListedFile>
  /** What a copy takes from the context. */
  readonly selection?: ContextSelection
}

/** Gathers the facts of a step; a copy from the context reads what it selects. Fails with a sentence. */
export const factsOf = (action: KeyedAction, around: FactsAround): Either.Either<KnownFacts, string> => {
  const { epoch, options, parent } = around
  switch (action.kind) {
    case "config":
      return plain({ format: "gantry.config.1", parent, instruction: action.instruction, change: action.change })
    case "workdir":
      return plain({ format: "gantry.workdir.1", parent, epoch, path: action.path, user: action.user })
    case "run":
      return plain({
        format: "gantry.run.1",
        parent,
        epoch,
        argv: action.argv,
        env: Object.fromEntries(action.env),
        args: Object.fromEntries(action.args),
        cwd: action.cwd,
        user: action.user,
        network: action.network,
        files: action.files.map(({ content, path }) => [path, content]),
        options
      })
    case "copy":
      return copyFacts(action, around)
  }
}

const plain = (facts: StepFacts) => Either.right({ facts, files: [] })

const copyFacts = (
  action: CopyAction,
  { context, epoch, parent, tree }: FactsAround
): Either.Either<KnownFacts, string> => {
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
    const { exclude, parents, sources } = action
    return plain(facts({ tree, sources, exclude, parents: parents ? 1 : 0 }))
  }
  return Either.gen(function* () {
    const matches: Array<Match> = []
    for (const source of action.sources) {
      const found = yield* Either.mapLeft(
        context.select(source, { parents: action.parents, exclude: action.exclude }),
        describeProblem
      )
      matches.push(...found)
    }
    if (matches.length + action.inline.length > 1 && !action.dest.endsWith("/")) {
      return yield* Either.left(`several files are copied, so the destination ${action.dest} must end with a slash`)
    }
    const list = yield* Either.mapLeft(listFiles(matches, action.chmod ?? "", context.fileDigest), describeProblem)
    return { facts: facts({ files: list.digest }), files: list.paths, selection: { matches } }
  })
}

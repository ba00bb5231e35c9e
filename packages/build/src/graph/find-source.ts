import type { Instruction } from "../dockerfile/Instruction.ts"
import type { Stage } from "../dockerfile/Dockerfile.ts"
import type { CopySource, StageBase } from "./BuildGraph.ts"
import type { Report } from "./diagnose.ts"
import { contextName, type NamedContexts } from "./NamedContext.ts"

/** Where an instruction stands: all stages of the file, the position of its own, and the contexts that have names. */
export interface Whereabouts {
  readonly stages: ReadonlyArray<Pick<Stage, "index" | "name">>
  readonly stage: number
  readonly contexts: NamedContexts
}

/** Takes what is wrong with an instruction; `piece` is the text to point at. */
export interface Complaints {
  readonly error: (instruction: Pick<Instruction, "range">, report: Report, piece?: string) => void
}

/**
 * What a `from` means, of `COPY --from` and of `RUN --mount=…,from=` alike: a stage by name or position, else a named
 * context, else an image. Undefined when it is wrong, which has then been complained about at `piece`.
 */
export const findSource = (
  instruction: Pick<Instruction, "range">,
  text: string,
  { contexts, stage, stages }: Whereabouts,
  { error }: Complaints,
  piece: string = `--from=${text}`
): CopySource | undefined => {
  const wanted = text.toLowerCase()
  const named = (from: Whereabouts["stages"]) => from.findLast(({ name }) => name === wanted)
  const index = /^\d+$/.test(text) ? Number(text) : (named(stages.slice(0, stage)) ?? named(stages.slice(stage)))?.index
  if (index === undefined) return findNamed(text, contexts) ?? { of: "image", reference: text }
  if (index < stage) return { of: "stage", index }
  const refuse = (code: string, message: string, suggestion: string) =>
    error(instruction, { code, message, suggestion }, piece)
  const verb = piece.startsWith("--") ? "copy from" : "mount"
  if (index === stage) refuse("copy-from-itself", `a stage cannot ${verb} itself`, "name an earlier stage")
  else if (index >= stages.length) {
    refuse("unknown-stage", `there is no stage ${index}`, `stages are numbered from 0; this one is ${stage}`)
  } else refuse("forward-reference", `stage ${text} comes after this one`, "move it above this stage")
  return undefined
}

/** What a context of that name is copied from; undefined when there is none. */
const findNamed = (text: string, contexts: NamedContexts): CopySource | undefined => {
  if (contexts.size === 0) return undefined
  const name = contextName(text)
  const context = contexts.get(name)
  if (context === undefined) return undefined
  return context.of === "image" ? context : { of: "context", name }
}

/** What the name after FROM means: an earlier stage, nothing at all, a named context, or an image. */
export const findBase = (
  image: string,
  earlier: ReadonlyArray<Pick<Stage, "index" | "name">>,
  contexts: NamedContexts
): StageBase | Extract<CopySource, { readonly of: "context" }> => {
  const stage = earlier.findLast(({ name }) => name !== undefined && name === image.toLowerCase())
  if (stage !== undefined) return { of: "stage", index: stage.index }
  if (image === "scratch") return { of: "scratch" }
  const named = findNamed(image, contexts)
  return named === undefined || named.of === "stage" ? { of: "image", reference: image } : named
}

import type { Draft } from "./Draft.ts"
import type { Instruction, OnBuild } from "./Instruction.ts"
import { nearest } from "@gantry/core/nearest"
import { parseHealthcheck, parseRun, parseShell, parseStart } from "./parse-command.ts"
import { parseFlags } from "./parse-flags.ts"
import { parseAdd, parseCopy } from "./parse-transfer.ts"
import { parseArg, parseExpose, parseFrom, parsePairs, parseSingle, parseVolume } from "./parse-words.ts"

/** Reads one instruction; none if it was too wrong to be kept, and then an error has been reported. */
export const parseInstruction = (draft: Draft): Instruction | undefined => {
  const read = Object.hasOwn(readers, draft.name.text) ? readers[draft.name.text] : undefined
  if (read !== undefined) return read(draft)
  const found = nearest(draft.name.text, Object.keys(readers))
  draft.error("unknown-instruction", `there is no instruction ${draft.name.text}`, {
    suggestion: found === undefined ? undefined : `did you mean ${found}?`
  })
  return undefined
}

const parseOnBuild = (draft: Draft): OnBuild | undefined => {
  parseFlags(draft, {})
  if (draft.rest.text === "") {
    draft.error("missing-arguments", "ONBUILD requires an instruction")
    return undefined
  }
  const inner = draft.inner()
  if (inner.name.text === "ONBUILD" || inner.name.text === "FROM" || inner.name.text === "MAINTAINER") {
    draft.error("bad-trigger", `ONBUILD cannot be followed by ${inner.name.text}`, { at: inner.name })
    return undefined
  }
  const instruction = parseInstruction(inner)
  if (instruction === undefined || instruction._tag === "From") return undefined
  const bodies = draft.line.heredocs.map(({ content, name }) => `\n${content}${name}`)
  return { _tag: "OnBuild", range: draft.range, text: draft.text, trigger: inner.text + bodies.join(""), instruction }
}

const readers: { readonly [name: string]: (draft: Draft) => Instruction | undefined } = {
  ADD: parseAdd,
  ARG: parseArg,
  CMD: (draft) => parseStart(draft, "Cmd"),
  COPY: parseCopy,
  ENTRYPOINT: (draft) => parseStart(draft, "Entrypoint"),
  ENV: (draft) => parsePairs(draft, "Env"),
  EXPOSE: parseExpose,
  FROM: parseFrom,
  HEALTHCHECK: parseHealthcheck,
  LABEL: (draft) => parsePairs(draft, "Label"),
  MAINTAINER: (draft) => parseSingle(draft, "Maintainer"),
  ONBUILD: parseOnBuild,
  RUN: parseRun,
  SHELL: parseShell,
  STOPSIGNAL: (draft) => parseSingle(draft, "StopSignal"),
  USER: (draft) => parseSingle(draft, "User"),
  VOLUME: parseVolume,
  WORKDIR: (draft) => parseSingle(draft, "Workdir")
}

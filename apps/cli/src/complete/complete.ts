import { globalOptions } from "../argv/tables/global.ts"
import { scan } from "../argv/parse.ts"
import type { Terminal } from "../terminal.ts"
import { answer } from "./answer.ts"
import type { Candidate } from "./Offer.ts"
import { offerFor } from "./offer-for.ts"
import { tableOf } from "./table-of.ts"

/**
 * What a shell runs while a command line is typed: prints what may stand in the place of the last of `typed`, which may
 * be empty. The engine is asked only when names of things are wanted.
 */
export const complete = async (typed: ReadonlyArray<string>, terminal: Terminal): Promise<number> => {
  const before = typed.slice(0, -1)
  const word = typed.at(-1) ?? ""
  const offer = await offerFor(before, word, tableOf)
  let found: ReadonlyArray<Candidate> = []
  if (offer.things.some((each) => each !== "files" && each !== "directories")) {
    const { listThings } = await import("../run-command.ts")
    const globals = scan(globalOptions, false, before)
    found = await listThings(offer.things, globals.ok ? globals.value.options : {}, terminal)
  }
  terminal.out(answer(offer, found, word))
  return 0
}

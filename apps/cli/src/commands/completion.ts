import * as Effect from "effect/Effect"
import { completion as table } from "../argv/tables/completion.ts"
import { completionScript, shells } from "../complete/scripts.ts"
import { define } from "./define.ts"
import { badValue } from "./Usage.ts"

/** `gantry completion`: prints what teaches a shell to complete. */
export default define(table, ({ operands: [wished = ""] }, { terminal }) =>
  Effect.gen(function* () {
    const shell = shells.find((each) => each === wished)
    if (shell === undefined) {
      return yield* badValue(`no completion for ${JSON.stringify(wished)}`, `there is one for ${shells.join(", ")}`)
    }
    terminal.out(completionScript(shell, terminal.program))
    return 0
  })
)

import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { Effect } from "effect"
import { gantry, scratch } from "./bench.ts"

/** A small image in the words of a Dockerfile: one layer, one exposed port. */
export const dockerfile = `FROM scratch
LABEL kind=test
RUN echo hello > /greeting
EXPOSE 80/tcp
CMD ["cat", "/greeting"]
`

/** Builds it under these names; its ID. */
export const build = (...tags: ReadonlyArray<string>) =>
  Effect.gen(function* () {
    const context = yield* scratch
    writeFileSync(join(context, "Dockerfile"), dockerfile)
    const outcome = yield* gantry("build", ["-q", ...tags.flatMap((tag) => ["-t", tag]), "."], { cwd: context })
    return outcome.out.trim()
  })

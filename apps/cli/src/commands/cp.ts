import { Containers } from "@gantry/engine/containers/Containers"
import { containerPath, hostPath } from "@gantry/engine/copy/Side"
import { containerEvent } from "@gantry/engine/events/actors"
import { record } from "@gantry/engine/events/Journal"
import { type Copied, copyFromStream, copyIn, copyOut, copyToStream } from "@gantry/engine/verbs/copy"
import * as Effect from "effect/Effect"
import { copy as table } from "../argv/tables/copy.ts"
import { parseCopyPath } from "../argv/values/copy-path.ts"
import { humanSize } from "../show/size.ts"
import { define } from "./define.ts"
import { openArchive } from "./open-archive.ts"
import { Usage } from "./Usage.ts"
import { writeArchive } from "./write-archive.ts"

const refused = (message: string, hint: string) => new Usage({ message, hint, status: 1 })

/** A copy that is told of as an event once it is made. */
const noted = <A, E, R>(
  copy: Effect.Effect<A, E, R>,
  container: Parameters<typeof containerEvent>[0],
  action: "archive-path" | "extract-to-dir"
) => Effect.zipLeft(copy, record(containerEvent(container, action)))

/** `gantry cp`. */
export default define(table, ({ operands, options }, { terminal }) =>
  Effect.gen(function* () {
    const paths = operands.map(parseCopyPath)
    const to = paths.at(-1) ?? { path: "" }
    const from = paths.slice(0, -1)
    const empty = paths.find(({ path }) => path === "")
    if (empty !== undefined) {
      return yield* refused(
        `${empty === to ? "destination" : "source"} can not be empty`,
        "write a path behind the colon"
      )
    }
    const [source] = from
    const inside = from.filter(({ container }) => container !== undefined)
    if (to.container !== undefined && inside.length > 0) {
      return yield* refused(
        "copying between containers is not supported",
        "copy to the host first, or pipe: gantry cp A:PATH - | gantry cp - B:DIR"
      )
    }
    if (to.container === undefined && inside.length === 0) {
      return yield* refused("must specify at least one container source", "write a path of a container as NAME:PATH")
    }
    if (
      inside.some(({ container }) => container !== source?.container) ||
      (to.container === undefined && inside.length < from.length)
    ) {
      return yield* refused("all sources must be in one place", "copy from each container by itself")
    }
    const wish = { archive: options.archive, follow: options.followLink }
    const tell = ({ bytes, skipped }: Copied, destination: string): number => {
      if (skipped.length > 0) terminal.err(`Devices are not copied to the host: ${skipped.join(", ")}\n`)
      // Docker says nothing to a program either.
      if (!options.quiet && terminal.stdoutIsTerminal) {
        terminal.err(`Successfully copied ${humanSize(bytes)} to ${destination}\n`)
      }
      return 0
    }
    const containers = yield* Containers
    if (to.container !== undefined) {
      const container = yield* containers.find(to.container)
      const destination = containerPath(to.path)
      const shown = `${to.container}:${to.path}`
      if (from.some(({ path }) => path === "-")) {
        if (from.length > 1)
          return yield* refused("standard input is not copied together with files", "copy it by itself")
        const { archive } = yield* openArchive("-", `tar c . | gantry cp - ${shown}`, terminal)
        return tell(
          yield* noted(copyFromStream(container, archive, destination, wish), container, "extract-to-dir"),
          shown
        )
      }
      const sources = from.map(({ path }) => hostPath(terminal.cwd, path))
      return tell(yield* noted(copyIn(container, sources, destination, wish), container, "extract-to-dir"), shown)
    }
    const container = yield* containers.find(source?.container ?? "")
    const patterns = from.map(({ path }) => containerPath(path))
    if (to.path === "-") {
      const written = Effect.scoped(
        Effect.flatMap(copyToStream(container, patterns, wish), (archive) => writeArchive(archive, undefined, terminal))
      )
      yield* noted(written, container, "archive-path")
      return 0
    }
    const copied = copyOut(container, patterns, hostPath(terminal.cwd, to.path), wish)
    return tell(yield* noted(copied, container, "archive-path"), to.path)
  })
)

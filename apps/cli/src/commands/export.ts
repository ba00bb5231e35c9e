import { containerArchive } from "@gantry/engine/containers/container-archive"
import { Containers } from "@gantry/engine/containers/Containers"
import { containerEvent } from "@gantry/engine/events/actors"
import { record as tell } from "@gantry/engine/events/Journal"
import * as Effect from "effect/Effect"
import { exportContainer as table } from "../argv/tables/archive.ts"
import { define } from "./define.ts"
import { writeArchive } from "./write-archive.ts"

/** `gantry export`: the root file system of a container, its own writes included and its volumes not. */
export default define(table, ({ operands: [name = ""], options }, { terminal }) =>
  Effect.gen(function* () {
    const container = yield* (yield* Containers).find(name)
    yield* writeArchive(containerArchive(container), options.output, terminal)
    yield* tell(containerEvent(container, "export"))
    return 0
  })
)

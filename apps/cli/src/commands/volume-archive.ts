import { exportVolume, importVolume } from "@gantry/engine/verbs/volume-archive"
import * as Effect from "effect/Effect"
import { volumeExport, volumeImport } from "../argv/tables/volumes.ts"
import { define } from "./define.ts"
import { openArchive } from "./open-archive.ts"
import { writeArchive } from "./write-archive.ts"

/** `gantry volume export`. */
export const exporting = define(volumeExport, ({ operands: [name = ""], options }, { terminal }) =>
  Effect.as(
    Effect.scoped(Effect.flatMap(exportVolume(name), (archive) => writeArchive(archive, options.output, terminal))),
    0
  )
)

/** `gantry volume import`. */
export const importing = define(volumeImport, ({ operands: [name = "", file = "-"] }, { terminal }) =>
  Effect.gen(function* () {
    const { archive, called } = yield* openArchive(file, `gantry volume import ${name} - < files.tar`, terminal)
    yield* importVolume(name, archive, called)
    return 0
  })
)

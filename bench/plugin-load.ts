/** What a configured plugin adds to a command that uses the contract it serves: it is found, loaded, checked and asked. */
import { join } from "node:path"
import { withBench } from "./bench.ts"
import { inRepository } from "../scripts/repository.ts"
import { report, timeInTurn } from "./side-by-side.ts"

withBench(({ gantry, quiet, scratch }) => {
  const plugin = `blob-store=${inRepository("plugins/template-store/dist/FolderBlobs.js")},folder=${join(scratch, "blobs")}`
  const alone = gantry("images")
  const chosen = { ...gantry("--plugin", plugin, "images"), name: "plugin" }
  quiet(chosen)
  const times = timeInTurn([chosen, alone])
  report("images with a plugin for blobs, beside images without one", "ms", times)
  const [withIt, without] = times
  console.log(`  added: ${((withIt?.median ?? 0) - (without?.median ?? 0)).toFixed(1)} ms`)
})

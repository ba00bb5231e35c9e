import { mergeTrees } from "../merge/merge-trees.ts"
import { modelRule } from "../merge/rules.ts"
import type { Table } from "../tree/Tree.ts"
import { extendServices } from "./extend-services.ts"
import { includeFiles } from "./include-files.ts"
import type { Loading, Reading } from "./Loading.ts"
import { prepare, readDocuments } from "./read-documents.ts"

/** The documents of a file that has been read. */
export interface ReadFile {
  readonly path: string
  readonly documents: ReadonlyArray<Table>
}

/** Files merged one over the other, with what they include and extend. */
export const loadModel = (
  readings: ReadonlyArray<Reading>,
  way: ReadonlyArray<string>,
  loading: Loading
): Table | undefined =>
  mergeModel(
    readings.map((reading) => ({
      path: reading.path,
      documents: readDocuments(reading, loading, { named: false })
    })),
    way,
    loading
  )

/** Documents merged one over the other. `way`: the files that include each other down to these. */
export const mergeModel = (
  files: ReadonlyArray<ReadFile>,
  way: ReadonlyArray<string>,
  loading: Loading
): Table | undefined => {
  let model: Table | undefined
  for (const { documents, path } of files) {
    for (const document of documents) {
      const whole = includeFiles(prepare(document, loading), { way: [...way, path], loading, loadModel })
      const own = extendServices(whole, path, loading)
      const empty: Table = { kind: "table", fields: new Map(), place: own.place }
      const merged = mergeTrees(model ?? empty, own, { path: "", rule: modelRule, report: loading.report })
      model = merged.kind === "table" ? merged : model
    }
  }
  return model
}

/** Where a piece of a Compose file comes from, and what its relative paths and bare names mean. */
export interface Source {
  /** As problems name it. */
  readonly file: string
  /** Absolute: where its relative paths start. */
  readonly directory: string
  readonly environment: Environment
  /** Paths are read as they are written. */
  readonly keepsPaths?: boolean
}

/** Variables by name. */
export type Environment = ReadonlyMap<string, string>

/** A line and a column, from 1, of a source. */
export interface Place {
  readonly source: Source
  readonly line: number
  readonly column: number
}

/** What an overriding file asks for: that the overridden value goes, or that nothing of it stays. */
export type Tag = "reset" | "override"

/** What a YAML file says, with the place of every piece. Pieces may be shared, so a tree is never changed. */
export type Tree = Scalar | List | Table

/** A single value, as text. */
export interface Scalar {
  readonly kind: "scalar"
  readonly text: string
  /** `plain` text without quotes may be a number, a truth value or nothing; `filled` text had a variable in it. */
  readonly style: "plain" | "quoted" | "filled"
  readonly place: Place
  readonly tag?: Tag
}

/** A sequence. */
export interface List {
  readonly kind: "list"
  readonly items: ReadonlyArray<Tree>
  readonly place: Place
  readonly tag?: Tag
}

/** A mapping. */
export interface Table {
  readonly kind: "table"
  readonly fields: ReadonlyMap<string, Field>
  readonly place: Place
  readonly tag?: Tag
}

/** A value of a table, and where its key stands. */
export interface Field {
  readonly value: Tree
  readonly key: Place
}

/** Text that stands where another value was written in short. */
export const textAt = (text: string, place: Place): Scalar => ({ kind: "scalar", text, style: "quoted", place })

/** A table out of values that stand where something was written in short. */
export const tableAt = (place: Place, values: { readonly [name: string]: Tree | undefined }): Table => ({
  kind: "table",
  place,
  fields: new Map(
    Object.entries(values).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, { value, key: value.place }] as const]
    )
  )
})

/** How many values a tree has. */
export const sizeOf = (tree: Tree): number => {
  if (tree.kind === "scalar") return 1
  const values = tree.kind === "list" ? tree.items : Array.from(tree.fields.values(), ({ value }) => value)
  return values.reduce((sum, value) => sum + sizeOf(value), 1)
}

/** The value of a table, if it is a table and has one. */
export const valueOf = (tree: Tree | undefined, name: string): Tree | undefined =>
  tree?.kind === "table" ? tree.fields.get(name)?.value : undefined

/** What the unpacking process says on its standard output, as one line of JSON. */
export type Outcome =
  | {
      readonly type: "done"
      /** Digest of the bytes that came in. */
      readonly diffId: string
      readonly size: number
      readonly entries: number
      readonly hasXattrs: boolean
      readonly hasRoot: boolean
    }
  /** The archive is complete and has this digest, and it wants something outside its root. */
  | {
      readonly type: "unsafe"
      readonly diffId: string
      readonly size: number
      readonly path: string
      readonly why: string
    }
  /** The bytes are no archive that can be read. */
  | { readonly type: "malformed"; readonly diffId: string; readonly size: number; readonly why: string }
  /** The disk failed. `code` is the symbolic error name. */
  | { readonly type: "failed"; readonly code: string; readonly why: string }

/** The file an archive came in. */
export interface ReadFile {
  readonly digest: string
  /** The archive that it would be cannot be decompressed. */
  readonly broken?: string
}

/** What the unpacking process says on its standard output, as one line of JSON. */
export type Outcome = Ending & {
  /** Of a job with a file that was read to its end. */
  readonly file?: ReadFile
}

/** What came of an archive. */
export type Ending =
  | {
      readonly type: "done"
      /** Digest of the bytes that came in. */
      readonly diffId: string
      readonly size: number
      readonly entries: number
      readonly hasXattrs: boolean
      readonly hasRoot: boolean
      /** Nothing of the layers below is left. */
      readonly opaqueRoot: boolean
    }
  /** The archive is complete and has this digest, and it wants something outside its root. */
  | {
      readonly type: "unsafe"
      readonly diffId: string
      readonly size: number
      readonly path: string
      readonly why: string
    }
  /** The bytes are no archive that can be read. `at`: byte of the archive. */
  | {
      readonly type: "malformed"
      readonly diffId: string
      readonly size: number
      readonly why: string
      readonly at: number
    }
  /** There is more of it than the limit. The rest was not read. */
  | { readonly type: "too-large"; readonly unit: "bytes" | "entries"; readonly limit: number }
  /** The disk failed. `code` is the symbolic error name, `path` the entry in hand; empty when there was none. */
  | { readonly type: "failed"; readonly code: string; readonly path: string; readonly why: string }

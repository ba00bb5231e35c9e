/** Which Compose files are wanted and what they are read with. */
export interface ProjectRequest {
  /** Absolute: where files are looked for and what relative ones start from. */
  readonly cwd: string
  /** As given, `-` for standard input; none: they are looked for. */
  readonly files: ReadonlyArray<string>
  readonly stdin?: () => string
  /** Relative to `cwd` or absolute; otherwise the directory of the first file. */
  readonly projectDirectory?: string
  readonly name?: string
  /** `*` wants all. */
  readonly profiles: ReadonlyArray<string>
  /** Instead of the `.env` of the project's directory. */
  readonly envFiles: ReadonlyArray<string>
  /** The caller's. */
  readonly environment: Readonly<Record<string, string | undefined>>
  /** Whether variables are filled in. Without, what depends on one is left out of the services; see `Project.written`. */
  readonly interpolate: boolean
  /** Whether paths become absolute, as they do unless it is said; what other files include or extend always does. */
  readonly resolvesPaths?: boolean
  /** Whether what follows from the files is part of the document, as it is unless it is said; see `Project.said`. */
  readonly normalizes?: boolean
  /** Services named on the command line: their profiles are wanted, and so is what they depend on. */
  readonly named?: ReadonlyArray<string>
}

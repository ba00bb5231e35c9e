/** A thing in a case's context: a file with text or bytes, a file with a mode, a link, a directory. */
export type Thing =
  | string
  | Uint8Array
  | { readonly mode: number; readonly text: string }
  | { readonly link: string }
  | { readonly directory: number }
  /** Another name of a file that comes before. */
  | { readonly same: string }

/** A builder that a case is compared with. */
export type Rival = "BuildKit" | "classic" | "buildah"

/** A Dockerfile with its context, and what is known of it. */
export interface Case {
  /** What it is about, in a few words. */
  readonly name: string
  /** May use `${base}`: the image that all have. */
  readonly dockerfile: string
  readonly files?: { readonly [path: string]: Thing }
  /** More of the command line: `--build-arg`, `--target`. */
  readonly options?: ReadonlyArray<string>
  /** Images that are built first, by name, on the case's own context. */
  readonly first?: { readonly [name: string]: string }
  /**
   * Those who do not know the syntax or do otherwise, and why. Nobody else may differ. Docker's builders are of 20.10,
   * which knows no newer syntax than Dockerfile 1.4.
   */
  readonly except?: { readonly [rival in Rival]?: string }
  /** Why BuildKit's history has other rows. */
  readonly uneven?: string
  /** What is to be in the image beyond the base: needed when no rival knows the syntax. Lines as `listing` has them. */
  readonly expected?: ReadonlyArray<string>
}

/** Name of the image that all cases stand on: busybox in /bin, users root and app, the usual directories. */
export const base = "gantry-cases:base"

/** When docker's builders do not know a syntax; buildah's, of 1.28, knows less of it still. */
export const newer = (what: string): NonNullable<Case["except"]> => ({
  BuildKit: `${what} is newer`,
  classic: `${what} is newer`,
  buildah: `${what} is newer`
})

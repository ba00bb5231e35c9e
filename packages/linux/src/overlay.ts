/** What an overlay mount is made of. Directories may be names relative to the working directory. */
export interface OverlayRequest {
  /** The topmost first. At least one. */
  readonly lower: ReadonlyArray<string>
  /** A directory that is looked into only for the contents of files which others describe. */
  readonly contents?: string
  /** Left out: the mount is read-only, and needs two lower directories. */
  readonly upper?: { readonly upper: string; readonly work: string }
  /** Further options as they are, such as `userxattr`, `index=off`, `metacopy=off`. */
  readonly options?: ReadonlyArray<string>
}

/** The text for mount(2), or how far it is from fitting. */
export type OverlayData =
  | { readonly ok: true; readonly data: string }
  | { readonly ok: false; readonly bytes: number; readonly limit: number }

/** mount(2) copies one page, of which the last byte is zero. */
export const longestMountData = 4095

/** Commas end an option and colons a directory; a backslash takes that meaning from the next character. */
const escaped = (directory: string): string => directory.replace(/[\\,:]/g, "\\$&")

/** Writes the data string of an overlay mount. Spec: kernel, filesystems/overlayfs. */
export const overlayData = ({ contents, lower, upper, options = [] }: OverlayRequest): OverlayData => {
  const data = [
    `lowerdir=${lower.map(escaped).join(":")}${contents === undefined ? "" : `::${escaped(contents)}`}`,
    ...(upper === undefined ? [] : [`upperdir=${escaped(upper.upper)}`, `workdir=${escaped(upper.work)}`]),
    ...options
  ].join(",")
  const bytes = new TextEncoder().encode(data).length
  return bytes <= longestMountData ? { ok: true, data } : { ok: false, bytes, limit: longestMountData }
}

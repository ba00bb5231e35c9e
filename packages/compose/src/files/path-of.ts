import { homedir } from "node:os"
import { resolve } from "node:path"
import type { Scalar } from "../tree/Tree.ts"

/** The path that a file means, as a project has it: absolute, unless paths are to stay as they are written. */
export const pathOf = (at: Pick<Scalar, "place" | "text">): string =>
  at.place.source.keepsPaths === true ? at.text : absolutePathOf(at)

/** The absolute path that a file means: relative ones start from the directory of the file that says so. */
export const absolutePathOf = ({ place, text }: Pick<Scalar, "place" | "text">): string => {
  const { directory, environment } = place.source
  const home = () => environment.get("HOME") ?? homedir()
  if (text === "~" || text.startsWith("~/")) return resolve(home(), text.slice(2))
  return resolve(directory, text)
}

/** Whether a build context or an included file lies elsewhere: an address, or a repository. */
export const isRemote = (text: string): boolean =>
  /^(?:[a-z][a-z0-9+.-]*:\/\/|git@[^/]+:|github\.com\/)/i.test(text) || /^(?:docker-image|oci|service):/.test(text)

import { join } from "node:path"

/** The directory of a container's own files: state, log, job. */
export const directoryOf = (root: string, id: string): string => join(root, "containers", id)

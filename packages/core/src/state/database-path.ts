import { join } from "node:path"

/** Where the database of the engine with that root directory is. */
export const databasePath = (root: string): string => join(root, "state.db")

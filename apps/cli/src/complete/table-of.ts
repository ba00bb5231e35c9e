import type { Command } from "../argv/Command.ts"
import { version } from "../argv/tables/listing.ts"
import type { Name } from "../argv/tables/names.ts"
import { doctor } from "../argv/tables/surroundings.ts"
import { load } from "../commands/load.ts"

/** The table of a command. Those that need no engine are not loaded as the others are. */
export const tableOf = async (name: Name): Promise<Command | undefined> => {
  if (name === "version") return version
  return name === "doctor" ? doctor : (await load(name))?.command
}

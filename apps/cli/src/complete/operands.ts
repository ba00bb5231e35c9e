import type { Command } from "../argv/Command.ts"
import type { Name } from "../argv/tables/names.ts"
import type { Things } from "./Offer.ts"

const running: ReadonlySet<Name> = new Set<Name>([
  "attach",
  "exec",
  "kill",
  "pause",
  "portMove",
  "portRm",
  "stats",
  "stop",
  "top"
])

/** Commands whose operand is a new name. */
const makers: ReadonlySet<Name> = new Set<Name>(["networkCreate", "volumeCreate"])

const containersOf = (name: Name): Things => {
  if (name === "start") return "stopped containers"
  if (name === "unpause") return "paused containers"
  return running.has(name) ? "running containers" : "containers"
}

const thingsOf = (name: Name, word: string): ReadonlyArray<Things> => {
  if (word === "NAME|ID") return ["containers", "images", "networks", "volumes"]
  if (word.startsWith("CONTAINER")) return [containersOf(name)]
  if (word.startsWith("NETWORK")) return ["networks"]
  if (word.startsWith("MANIFEST_LIST")) return ["manifest lists"]
  if (word.startsWith("MANIFEST") || word === "SOURCE") return ["images"]
  if (word.startsWith("VOLUME")) return ["volumes"]
  if (/^(?:SOURCE_|TARGET_)?(?:IMAGE|REPOSITORY)|^NAME(?:$|[[:])/.test(word)) return ["images"]
  if (/^(?:PATH|DIRECTORY)/.test(word)) return ["directories"]
  return /^(?:FILE|ARCHIVE|SRC_PATH|DEST_PATH)/.test(word) ? ["files"] : []
}

/** What stands at an operand's place, as the usage line of the command has it: `CONTAINER [CONTAINER...]`. */
export const operandThings = (name: Name, { usage, operands }: Command, at: number): ReadonlyArray<Things> => {
  if (makers.has(name) || at >= (operands.max ?? Infinity)) return []
  if (usage.includes("CONTAINER:")) return ["containers", "files"]
  const words = usage
    .replace("[OPTIONS]", "")
    .replaceAll(" | ", "|")
    .split(" ")
    .filter((word) => word !== "")
    .map((word) => ({ text: word.replace(/^\[(.*)\]$/, "$1").replace("...", ""), many: word.includes("...") }))
  const last = words.at(-1)
  const word = words[at] ?? (last?.many === true ? last : undefined)
  return word === undefined ? [] : thingsOf(name, word.text)
}

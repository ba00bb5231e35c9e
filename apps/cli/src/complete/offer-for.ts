import type { Command } from "../argv/Command.ts"
import { offered, type Option, type OptionTable } from "../argv/Option.ts"
import { commandOf } from "../argv/find-command.ts"
import { indexed, type OptionIndex } from "../argv/parse.ts"
import { globalOptions } from "../argv/tables/global.ts"
import { groups, type Name, names } from "../argv/tables/names.ts"
import { bareWords, type Candidate, nothing, type Offer, wordsOffer } from "./Offer.ts"
import { operandThings } from "./operands.ts"
import { shells } from "./scripts.ts"
import { valueOffer } from "./values.ts"

/** Where a word stands among the arguments before it. */
interface Place {
  readonly operands: ReadonlyArray<string>
  /** The option whose value the word is. */
  readonly option?: readonly [string, Option]
  /** Nothing is an option any more. */
  readonly ended: boolean
}

const takesNext = (option: Option): boolean =>
  option.kind !== "flag" && (option.kind !== "text" || option.bare === undefined)

/** The option that a written one leaves without its value. */
const waiting = (arg: string, index: OptionIndex): readonly [string, Option] | undefined => {
  if (arg.startsWith("--")) {
    const found = arg.includes("=") ? undefined : index.long.get(arg.slice(2))
    return found !== undefined && takesNext(found[1]) ? found : undefined
  }
  for (let at = 1; at < arg.length; at++) {
    const found = index.short.get(arg[at] ?? "")
    if (found === undefined) return undefined
    if (takesNext(found[1])) return at === arg.length - 1 ? found : undefined
  }
  return undefined
}

const placeAfter = (args: ReadonlyArray<string>, index: OptionIndex, interspersed: boolean): Place => {
  const operands: Array<string> = []
  for (let at = 0; at < args.length; at++) {
    const arg = args[at] ?? ""
    if (arg === "--") return { operands: [...operands, ...args.slice(at + 1)], ended: true }
    if (!arg.startsWith("-") || arg === "-") {
      if (!interspersed) return { operands: args.slice(at), ended: true }
      operands.push(arg)
      continue
    }
    const option = waiting(arg, index)
    if (option === undefined) continue
    if (at === args.length - 1) return { operands, option, ended: false }
    at++
  }
  return { operands, ended: false }
}

const flagsOf = (table: OptionTable): ReadonlyArray<Candidate> =>
  offered(table)
    .map(([name, { about }]) => ({ value: `--${name}`, about }))
    .concat({ value: "--help", about: "Print usage" })
    .toSorted((a, b) => (a.value < b.value ? -1 : 1))

/** `--network=we`: the value after the sign. */
const attached = (name: Name, word: string, index: OptionIndex): Offer | undefined => {
  const [, before = "", long = "", typed = ""] = /^(--([a-z0-9-]+)=)(.*)$/s.exec(word) ?? []
  const found = index.long.get(long)
  if (found === undefined) return undefined
  const offer = valueOffer(name, found[0], found[1], typed)
  return { ...offer, before: before + offer.before }
}

/** What may stand behind a command and some of its arguments, in the place of a word that is begun. */
const argumentOffer = (name: Name, command: Command, args: ReadonlyArray<string>, word: string): Offer => {
  const index = indexed(command.options)
  const place = placeAfter(args, index, command.interspersed)
  if (place.option !== undefined) return valueOffer(name, place.option[0], place.option[1], word)
  if (word.startsWith("-") && !place.ended) return attached(name, word, index) ?? wordsOffer(flagsOf(command.options))
  if (name === "completion") return place.operands.length === 0 ? wordsOffer(bareWords(...shells)) : nothing
  // As the option says, it is not the name of an image.
  const rooted = place.operands.length === 0 && args.includes("--rootfs") && "rootfs" in command.options
  const things = rooted ? (["directories"] as const) : operandThings(name, command, place.operands.length)
  // Of a path in a container, the container.
  return { ...nothing, things, taken: place.operands, after: things.includes("files") && things.length > 1 ? ":" : "" }
}

/** Words of commands and groups that stand behind those of a group. */
const commandWords = (group: ReadonlyArray<string>): ReadonlyArray<Candidate> => {
  const found = new Map<string, string>()
  for (const { paths, summary } of Object.values(names)) {
    for (const path of paths) {
      const word = path[group.length]
      if (word === undefined || !group.every((each, at) => path[at] === each)) continue
      const inner = [...group, word].join(" ")
      if (path.length === group.length + 1) found.set(word, summary)
      else if (!found.has(word) && inner in groups) found.set(word, groups[inner as keyof typeof groups])
    }
  }
  return [...found].map(([value, about]) => ({ value, about })).toSorted((a, b) => (a.value < b.value ? -1 : 1))
}

/** What may stand behind `compose`: its own options, a command, and what may stand behind that. */
const composeOffer = async (own: Command, args: ReadonlyArray<string>, word: string): Promise<Offer> => {
  const { commandBehind, composeWords, serviceWords } = await import("../projects/complete.ts")
  const behind = await commandBehind(args)
  if (behind === undefined) {
    const offer = argumentOffer("compose", own, args, word)
    return word.startsWith("-") || offer.words.length > 0 || placeAfter(args, indexed(own.options), false).option
      ? offer
      : wordsOffer(composeWords)
  }
  const offer = argumentOffer("compose", behind.command, behind.args, word)
  const place = placeAfter(behind.args, indexed(behind.command.options), behind.command.interspersed)
  const wantsService = behind.command.usage.includes("SERVICE") && place.option === undefined && !word.startsWith("-")
  const only = behind.command.operands.max === 1 || !behind.command.interspersed
  if (!wantsService || (only && place.operands.length > 0)) return offer
  const services = (await serviceWords(behind)).filter(({ value }) => !place.operands.includes(value))
  return { ...offer, words: services }
}

/**
 * What may stand at the end of a command line in the place of a word that is begun, with the words before it. `load`
 * finds the table of a command.
 */
export const offerFor = async (
  before: ReadonlyArray<string>,
  word: string,
  load: (name: Name) => Promise<Command | undefined>
): Promise<Offer> => {
  const index = indexed(globalOptions)
  const place = placeAfter(before, index, false)
  const [first, ...rest] = place.operands
  // `help` is asked about commands as the program itself is.
  const words = first === "help" ? rest : place.operands
  if (place.option !== undefined) return valueOffer("version", place.option[0], place.option[1], word)
  if (words.length === 0) {
    if (word.startsWith("-")) return attached("version", word, index) ?? wordsOffer(flagsOf(globalOptions))
    return wordsOffer(commandWords([]))
  }
  const found = commandOf(names, words)
  const inGroup = words.length <= 2 ? commandWords(words) : []
  if (found === undefined) return wordsOffer(inGroup)
  const command = await load(found.name)
  if (command?.below !== undefined) return composeOffer(command, words.slice(found.path.length), word)
  const offer =
    command === undefined ? nothing : argumentOffer(found.name, command, words.slice(found.path.length), word)
  return word.startsWith("-") ? offer : { ...offer, words: [...inGroup, ...offer.words] }
}

import { randomBytes } from "node:crypto"
import type { ContainerSpec } from "@gantry/core/runtime/ContainerSpec"
import type { LaunchPlan } from "@gantry/core/runtime/Launcher"

/** What stands for a secret in what is written down: nothing else has this text. */
export interface Withheld {
  readonly placeholder: string
  /** The variable that has the value; absent for the content of a file. */
  readonly variable?: string
}

/** Texts by the placeholders that stand for them. They are in memory only. */
export type SecretTexts = ReadonlyMap<string, string>

/** A description without its secrets, and these beside it. */
export interface Shown {
  readonly spec: ContainerSpec
  readonly withheld: ReadonlyArray<Withheld>
  readonly texts: SecretTexts
}

/** Takes the secrets out of a description, so that it can be written down. */
export const withhold = (
  spec: ContainerSpec,
  placeholder = () => `withheld-${randomBytes(32).toString("hex")}`
): Shown => {
  const withheld: Array<Withheld> = []
  const texts = new Map<string, string>()
  const take = (text: string, rest: Omit<Withheld, "placeholder">): string => {
    const name = placeholder()
    withheld.push({ placeholder: name, ...rest })
    texts.set(name, text)
    return name
  }
  const names = new Set(spec.secretVariables)
  const env = spec.process.env.map((entry) => {
    const equals = entry.indexOf("=")
    const name = entry.slice(0, equals)
    return names.has(name) ? `${name}=${take(entry.slice(equals + 1), { variable: name })}` : entry
  })
  const mounts = spec.mounts.map((mount) =>
    mount.type === "file" && mount.secret === true ? { ...mount, content: take(mount.content, {}) } : mount
  )
  if (withheld.length === 0) return { spec, withheld, texts }
  return { spec: { ...spec, mounts, process: { ...spec.process, env } }, withheld, texts }
}

/** The plan of a launch with its secrets in their places, wherever its launcher has put them. */
export const reveal = (plan: LaunchPlan, texts: SecretTexts): LaunchPlan =>
  texts.size === 0 ? plan : { ...plan, config: filled(plan.config, texts) }

const filled = (value: unknown, texts: SecretTexts): unknown => {
  if (typeof value === "string") return filledText(value, texts)
  if (Array.isArray(value)) return value.map((each) => filled(each, texts))
  if (typeof value !== "object" || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, filled(each, texts)]))
}

/** A placeholder is the whole of a text, or what follows the name of a variable. */
const filledText = (text: string, texts: SecretTexts): string => {
  const at = texts.has(text) ? 0 : text.indexOf("=") + 1
  const found = texts.get(text.slice(at))
  return found === undefined ? text : text.slice(0, at) + found
}

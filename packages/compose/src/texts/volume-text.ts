import type { Propagation } from "@gantry/core/runtime/ContainerSpec"
import { didYouMean } from "../read/did-you-mean.ts"
import type { Parsed } from "./port-text.ts"

/** The parts of the short form of a volume. */
export interface VolumeText {
  readonly type: "bind" | "volume"
  readonly source?: string
  readonly target: string
  readonly readOnly?: boolean
  readonly nocopy?: boolean
  readonly propagation?: string
  /** `z` or `Z`. */
  readonly selinux?: string
}

/** Ways in which mounts below a bind are seen elsewhere. */
export const propagations: ReadonlyArray<Propagation> = ["private", "rprivate", "rshared", "rslave", "shared", "slave"]

/** Words that say how writes are delayed on other systems. */
const delays = ["cached", "consistent", "default", "delegated"]

const words = ["ro", "rw", "nocopy", "z", "Z", ...propagations, ...delays]

/** Reads `[SOURCE:]TARGET[:OPTION[,OPTION]…]`. A source that looks like a path is one, any other is a named volume. */
export const parseVolume = (text: string): Parsed<VolumeText> => {
  const parts = text.split(":")
  const wrong = (problem: string, hint?: string) => ({
    problem: `"${text}" is not a volume: ${problem}`,
    hint: hint ?? "write [SOURCE:]TARGET[:OPTIONS], such as ./data:/data:ro"
  })
  if (parts.length > 3) return wrong("it has too many parts")
  const [source, target] = parts.length === 1 ? [undefined, parts[0]!] : [parts[0]!, parts[1]!]
  if (source === "" || target === "") return wrong("a part of it is empty")
  const options = (parts[2] ?? "").split(",").filter((option) => option !== "")
  for (const option of options) {
    if (words.includes(option)) continue
    return wrong(`it has no option "${option}"`, didYouMean(option, words))
  }
  const propagation = options.find((option) => propagations.some((each) => each === option))
  const selinux = options.find((option) => option.toLowerCase() === "z")
  return {
    value: {
      type: source !== undefined && /^[./~]/.test(source) ? "bind" : "volume",
      ...(source !== undefined && { source }),
      target,
      ...(options.includes("ro") && { readOnly: true }),
      ...(options.includes("nocopy") && { nocopy: true }),
      ...(propagation !== undefined && { propagation }),
      ...(selinux !== undefined && { selinux })
    }
  }
}

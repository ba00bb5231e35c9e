import { createHash } from "node:crypto"

const hex = (text: string, length: number) => createHash("sha256").update(text).digest("hex").slice(0, length)

/** Names of links hold 15 bytes; three are left for the number of a network. */
const longest = 12

/** What the bridges of an instance begin with: `gantry` for the default one. */
const bridgePrefix = (instance: string): string => {
  if (instance === "") return "gantry"
  const plain = `gty${instance}`
  return plain.length <= longest && /^[A-Za-z0-9]+$/.test(instance) ? plain : `gty${hex(instance, 8)}`
}

/** The first name of the row `gantry0`, `gantry1` … that no network has, whatever order they are in. */
export const bridgeName = (instance: string, taken: ReadonlyArray<string>): string => {
  const prefix = bridgePrefix(instance)
  for (let number = 0; ; number++) {
    if (!taken.includes(`${prefix}${number}`)) return `${prefix}${number}`
  }
}

/** Name of the nftables table of an instance: `gantry` for the default one. */
export const tableName = (instance: string): string => {
  if (instance === "") return "gantry"
  return /^[A-Za-z0-9]{1,40}$/.test(instance) ? `gantry_${instance}` : `gantry_${hex(instance, 16)}`
}

/**
 * Name of the host end of a container's link: 14 bytes, a function of the container, the network and the instance, so
 * that whoever finds it can tell whose it is.
 */
export const linkName = (instance: string, network: string, container: string): string =>
  `vg${hex(`${instance}\n${network}\n${container}`, 12)}`

/** Id of a network that always exists, the same at every look. */
export const builtInId = (instance: string, name: string): string => hex(`network\n${instance}\n${name}`, 64)

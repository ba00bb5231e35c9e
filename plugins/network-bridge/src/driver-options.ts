import { usualMtu } from "./usual-mtu.ts"

/** What options of the driver ask for. */
export interface DriverOptions {
  /** Name of the bridge on the host. */
  readonly bridge?: string
  /** Bytes of the longest packet. */
  readonly mtu?: number
}

const mtuName = "com.docker.network.driver.mtu"
const bridgeName = "com.docker.network.bridge.name"

/** Bytes that every IPv4 host has to take, and the most that a virtual link carries. */
const [leastMtu, mostMtu] = [68, 65_535]

/** Reads options of the driver by their names in Docker, or says which of them cannot be had and why. Pure. */
export const readDriverOptions = (
  options: { readonly [name: string]: string } = {}
): DriverOptions | { readonly problem: string } => {
  const { [bridgeName]: bridge, [mtuName]: mtu, ...others } = options
  const [unknown] = Object.keys(others)
  if (unknown !== undefined) {
    return { problem: `option ${unknown} is not supported; there are ${bridgeName} and ${mtuName}` }
  }
  if (bridge !== undefined && !/^[A-Za-z0-9][A-Za-z0-9_.-]{0,14}$/.test(bridge)) {
    return { problem: `${bridge} is not a name of a link: at most 15 letters, digits, _ . and -` }
  }
  const bytes = Number(mtu ?? usualMtu)
  if (!Number.isInteger(bytes) || bytes < leastMtu || bytes > mostMtu) {
    return { problem: `MTU ${mtu} is not a number from ${leastMtu} to ${mostMtu}` }
  }
  return { ...(bridge === undefined ? {} : { bridge }), ...(mtu === undefined ? {} : { mtu: bytes }) }
}

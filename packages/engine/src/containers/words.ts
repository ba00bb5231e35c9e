import { constants } from "node:os"
import type { ProcessConfig } from "@gantry/core/image/ImageConfig"
import type { PortRequest } from "@gantry/core/network/Network"

/** The number of a signal written `SIGTERM`, `term` or `15`; undefined when there is none. */
export const signalNumber = (text: string): number | undefined => {
  if (/^\d+$/.test(text)) {
    const number = Number(text)
    return number >= 1 && number <= 64 ? number : undefined
  }
  const name = text.toUpperCase().replace(/^(SIG)?/, "SIG")
  const realtime = /^SIGRT(?:MIN(?:\+(\d+))?|MAX(?:-(\d+))?)$/.exec(name)
  if (realtime !== null) {
    const number = name.startsWith("SIGRTMIN") ? 34 + Number(realtime[1] ?? 0) : 64 - Number(realtime[2] ?? 0)
    return number >= 34 && number <= 64 ? number : undefined
  }
  return Object.entries(constants.signals).find(([known]) => known === name)?.[1]
}

/** The signal that ends a container of an image; as with Docker SIGTERM, too, when the image names one that there is not. */
export const stopSignalOf = (image: Pick<ProcessConfig, "StopSignal">): number =>
  signalNumber(image.StopSignal ?? "") ?? constants.signals.SIGTERM

/** The name of a signal: `SIGTERM`. */
export const signalName = (number: number): string =>
  Object.entries(constants.signals).find(([, value]) => value === number)?.[0] ?? String(number)

/** `80/tcp` as a request for any free host port; undefined when it is not of that form, or there is no such port. */
export const portText = (text: string): PortRequest | undefined => {
  const found = /^(\d+)(?:\/(tcp|udp|sctp))?$/.exec(text)
  // Images name ports that do not exist, and a rule with one keeps the kernel from taking all others.
  if (found === null || Number(found[1]) < 1 || Number(found[1]) > 65_535) return undefined
  const protocol = found[2] === "udp" || found[2] === "sctp" ? found[2] : "tcp"
  return { containerPort: Number(found[1]), protocol }
}

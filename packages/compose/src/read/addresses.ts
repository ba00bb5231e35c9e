import { isAddress } from "../texts/port-text.ts"
import { anyText, type Read, say } from "./At.ts"

/** An IPv4 or IPv6 address; an empty text is none. */
export const address: Read<string> = (at) => {
  const found = anyText(at)
  if (found === undefined || found === "") return undefined
  return isAddress(found) ? found : say(at, `"${found}" is no address`)
}

/** Addresses that begin alike, such as `10.5.0.0/16`. */
export const addressRange: Read<string> = (at) => {
  const found = anyText(at)
  const [, before = "", length] = /^(.*)\/(\d{1,3})$/.exec(found ?? "") ?? []
  const fits = length !== undefined && isAddress(before) && Number(length) <= (before.includes(":") ? 128 : 32)
  return found === undefined || fits
    ? found
    : say(at, `"${found}" is no range of addresses`, "write one such as 10.5.0.0/16")
}

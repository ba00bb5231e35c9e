import { bad, good, type Result } from "../Result.ts"
import { isIp } from "./ip.ts"

/** Reads one value of `--dns`: an address. */
export const parseDns = (text: string): Result<string> => {
  const address = text.trim()
  return isIp(address) ? good(address) : bad(`IP address is not correctly formatted: ${text}`)
}

/** Reads one value of `--dns-search`: a domain, or `.` for none. */
export const parseDnsSearch = (text: string): Result<string> => {
  const domain = text.trim()
  const label = "[a-zA-Z0-9_](?:[a-zA-Z0-9_-]{0,61}[a-zA-Z0-9_])?"
  const valid = domain.length <= 255 && new RegExp(`^${label}(?:\\.${label})*\\.?$`).test(domain)
  return valid || domain === "." ? good(domain) : bad(`${text} is not a valid domain`)
}

const number = (address: string) => address.split(".").reduce((sum, part) => sum * 256 + Number(part), 0)

/** Whether an address lies in a network and is neither its first nor its last. */
export const inside = (address: string, cidr: string): boolean => {
  const [base = "", prefix = ""] = cidr.split("/")
  const size = 2 ** (32 - Number(prefix))
  const offset = number(address) - number(base)
  return offset > 0 && offset < size - 1
}

/** Whether no value is there twice. */
export const different = (values: ReadonlyArray<unknown>) => new Set(values).size === values.length

/** The number that an IPv6 address is. It is spelled without an IPv4 address inside. */
const number6 = (address: string): bigint => {
  const [head = [], tail = []] = address.split("::").map((half) => half.split(":").filter((group) => group !== ""))
  const missing = address.includes("::") ? 8 - head.length - tail.length : 0
  const groups = [...head, ...Array.from({ length: missing }, () => "0"), ...tail]
  return groups.reduce((sum, group) => sum * 65_536n + BigInt(`0x${group}`), 0n)
}

/** Whether an IPv6 address lies in a network and is not its first, which is any router's. */
export const inside6 = (address: string, cidr: string): boolean => {
  const [base = "", prefix = ""] = cidr.split("/")
  const offset = number6(address) - number6(base)
  return address !== "" && offset > 0n && offset < 1n << BigInt(128 - Number(prefix))
}

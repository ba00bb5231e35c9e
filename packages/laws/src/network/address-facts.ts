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

/** The addresses that a port is tried at, in this order. All addresses are those of IPv6 and IPv4 together, where the host has both. */
export const hostsOf = (hostIp: string): ReadonlyArray<string> =>
  hostIp === "0.0.0.0" || hostIp === "" ? ["::", "0.0.0.0"] : [hostIp]

/** Whether an error says that the host does not have the address at all, so that another one is to be tried. */
export const isWithoutAddress = (error: unknown): boolean => {
  const { code } = error as NodeJS.ErrnoException
  return code === "EAFNOSUPPORT" || code === "EADDRNOTAVAIL"
}

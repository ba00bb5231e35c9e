/** Which of a container's namespaces are the host's. */
export interface SharedWithHost {
  readonly network: boolean
  readonly ipc: boolean
}

/**
 * Why kernel parameters cannot be set for a container: the first one that would be the host's, in the words of runc.
 * Nothing when each belongs to a namespace that is not the host's. Spec: namespaces(7), sysctl(8).
 */
export const hostSysctl = (
  sysctls: { readonly [name: string]: string },
  { ipc, network }: SharedWithHost
): string | undefined => {
  const names = Object.keys(sysctls)
  const ofNetwork = network ? names.find(isOfNetwork) : undefined
  if (ofNetwork !== undefined) return `sysctl "${ofNetwork}" not allowed in host network namespace`
  const ofIpc = ipc ? names.find((name) => !isOfNetwork(name)) : undefined
  return ofIpc === undefined ? undefined : `sysctl "${ofIpc}" is not allowed in the hosts ipc namespace`
}

/** The rest of what can be asked for, message queues among it, is of the IPC namespace. */
const isOfNetwork = (name: string): boolean => /^net[./]/.test(name)

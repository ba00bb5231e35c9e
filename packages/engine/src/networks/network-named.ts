import type { NetworkInfo } from "@gantry/core/network/Network"

/** The network of a name, an ID, or the beginning of an ID that no other has. A name comes before an ID. Pure. */
export const networkNamed = (all: ReadonlyArray<NetworkInfo>, text: string): NetworkInfo | undefined => {
  const exact = all.find(({ name }) => name === text) ?? all.find(({ id }) => id === text)
  if (exact !== undefined) return exact
  const [first, ...more] = couldBeId(text) ? all.filter(({ id }) => id.startsWith(text)) : []
  return more.length === 0 ? first : undefined
}

/** Whether a text may be an ID or the beginning of one. */
export const couldBeId = (text: string): boolean => /^[0-9a-f]{1,64}$/.test(text)

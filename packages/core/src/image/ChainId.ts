import { type Digest, ofBytes } from "./Digest.ts"

/**
 * The name of a stack of layers: what they are and in which order.
 *
 * Spec: OCI image-spec, config.md, section "Layer ChainID". The chainID of no layers is the digest of no bytes here.
 */
export const chainId = (diffIds: ReadonlyArray<Digest>): Digest => {
  const [first, ...rest] = diffIds
  if (first === undefined) return ofBytes("")
  return rest.reduce((chain, diffId) => ofBytes(`${chain} ${diffId}`), first)
}

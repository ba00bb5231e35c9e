import { type Digest, hexOf, ofBytes } from "@gantry/core/image/Digest"
import type { Attachment } from "@gantry/core/network/Network"

/**
 * What Docker calls a container's place in a network by: 64 hex digits, others for each container and network. It is made of
 * the two, since nothing else is known by it here; empty when the container is in none.
 */
export const endpointId = (container: string, held: Pick<Attachment, "networkId"> | undefined): string => {
  if (held?.networkId === undefined) return ""
  const digest: Digest = ofBytes(`${container} ${held.networkId}`)
  return hexOf(digest)
}

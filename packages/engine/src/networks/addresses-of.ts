import type { Attachment } from "@gantry/core/network/Network"

/** All addresses that a container has by an attachment, the IPv4 one first. */
export const addressesOf = ({ address, ipv6 }: Pick<Attachment, "address" | "ipv6">): ReadonlyArray<string> =>
  [address, ipv6?.address].filter((each) => each !== undefined)

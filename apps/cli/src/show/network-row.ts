import type { Attachment, NetworkInfo } from "@gantry/core/network/Network"
import { endpointId } from "./endpoint-id.ts"
import { shortId } from "./text.ts"
import { createdAt } from "./time.ts"

/** Headers of the fields that `network ls --format` knows. */
export const networkHeaders = {
  CreatedAt: "CREATED AT",
  Driver: "DRIVER",
  ID: "NETWORK ID",
  IPv4: "IPV4",
  IPv6: "IPV6",
  Internal: "INTERNAL",
  Labels: "LABELS",
  Name: "NAME",
  Scope: "SCOPE"
} as const

/** The fields that `network ls` shows, in this order. */
export const networkColumns = ["ID", "Name", "Driver", "Scope"] as const

/** One line of `network ls`, by the names that templates use. */
export const networkRow = (
  { createdAt: at, driver, id, internal, ipv6, labels, name }: NetworkInfo,
  { truncate }: { readonly truncate: boolean }
) => ({
  // Asking for the time zone is slow, and the usual view does not show it.
  get CreatedAt() {
    return at === undefined ? "N/A" : createdAt(at)
  },
  Driver: driver,
  ID: truncate ? shortId(id) : id,
  IPv4: "true",
  IPv6: `${ipv6 !== undefined}`,
  Internal: `${internal}`,
  Label: (wanted = "") => labels[wanted] ?? "",
  Labels: Object.entries(labels)
    .map(([key, value]) => `${key}=${value}`)
    .join(","),
  Name: name,
  Scope: "local"
})

/** A container in a network. */
export interface Member {
  readonly id: string
  readonly name: string
  readonly attachment: Attachment
}

/** A network and those that are in it, in the shape of Docker's inspect. Spec: Docker Engine API, NetworkInspect. */
export const inspectNetwork = (
  { createdAt: at, driver, gateway, id, internal, ipv6, labels, name, options, range, reserved, subnet }: NetworkInfo,
  members: ReadonlyArray<Member>
): unknown => ({
  Name: name,
  Id: id,
  ...(at === undefined ? {} : { Created: new Date(at).toISOString() }),
  Scope: "local",
  Driver: driver,
  EnableIPv4: subnet !== undefined,
  EnableIPv6: ipv6 !== undefined,
  IPAM: {
    Driver: "default",
    Options: null,
    Config:
      subnet === undefined
        ? null
        : [poolOf({ subnet, gateway, range, reserved }), ...(ipv6 === undefined ? [] : [poolOf(ipv6)])]
  },
  Internal: internal,
  Attachable: false,
  Ingress: false,
  ConfigFrom: { Network: "" },
  ConfigOnly: false,
  Containers: Object.fromEntries(
    members.map(({ attachment, id: container, name: called }) => [
      container,
      {
        Name: called,
        EndpointID: endpointId(container, attachment),
        MacAddress: attachment.mac ?? "",
        IPv4Address: attachment.address === undefined ? "" : `${attachment.address}/${attachment.prefixLength ?? 32}`,
        IPv6Address: attachment.ipv6 === undefined ? "" : `${attachment.ipv6.address}/${attachment.ipv6.prefixLength}`
      }
    ])
  ),
  Options: options ?? {},
  Labels: labels
})

const poolOf = ({
  gateway,
  range,
  reserved,
  subnet
}: {
  readonly subnet: string
  readonly gateway?: string | undefined
  readonly range?: string | undefined
  readonly reserved?: NetworkInfo["reserved"] | undefined
}) => ({
  Subnet: subnet,
  ...(range === undefined ? {} : { IPRange: range }),
  ...(gateway === undefined ? {} : { Gateway: gateway }),
  ...(reserved === undefined ? {} : { AuxiliaryAddresses: reserved })
})

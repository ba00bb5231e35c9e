import type { ServiceNetwork } from "../../Project.ts"
import { address } from "../../read/addresses.ts"
import { type At, defined, entries, list, number, open, say, text } from "../../read/At.ts"
import { refer, type Scope } from "../../read/Scope.ts"

/** Networks by name, those of higher priority first and those of equal priority by name. */
export const serviceNetworks = (at: At, scope: Scope): { readonly [network: string]: ServiceNetwork } => {
  const found = Object.entries(entries((each, name) => one(each, name, scope))(at) ?? {})
  const sorted = found.toSorted(
    (
      [
        a,
        {
          order: [a1, a2]
        }
      ],
      [
        b,
        {
          order: [b1, b2]
        }
      ]
    ) => b1 - a1 || b2 - a2 || (a < b ? -1 : 1)
  )
  return Object.fromEntries(sorted.map(([name, { network }]) => [name, network]))
}

const one = (at: At, name: string, scope: Scope) => {
  refer(at, "network", name, scope)
  const fields = open(at, [
    "aliases",
    "driver_opts",
    "gw_priority",
    "interface_name",
    "ipv4_address",
    "ipv6_address",
    "link_local_ips",
    "mac_address",
    "priority"
  ])
  for (const refused of ["driver_opts", "interface_name", "link_local_ips"] as const) {
    const asked = fields.get(refused)
    if (asked !== undefined) say(asked, "it cannot be had here")
  }
  const network: ServiceNetwork = defined({
    aliases: fields.read("aliases", list(text)) ?? [],
    ipv4Address: fields.read("ipv4_address", address),
    ipv6Address: fields.read("ipv6_address", address),
    macAddress: fields.read("mac_address", text)
  })
  const order = [fields.read("gw_priority", number) ?? 0, fields.read("priority", number) ?? 0] as const
  return { network, order }
}

import { type Finding, fine } from "./Finding.ts"
import type { Host } from "./Host.ts"
import { installCommand } from "./install-command.ts"
import { namespacesFirst } from "./namespaces.ts"

/** The kinds of chains, maps and verdicts that networks of containers are made of. */
const rules = `table ip gantry_doctor {
  map ports { type inet_proto . inet_service : ipv4_addr . inet_service; }
  chain before { type nat hook prerouting priority dstnat; fib daddr type local dnat ip to meta l4proto . th dport map @ports; }
  chain after { type nat hook postrouting priority srcnat; ct status dnat masquerade; }
  chain through { type filter hook forward priority filter; ct state established,related accept; drop; }
}
`

/** The same for IPv6, as far as it is another module of the kernel. */
const rules6 = `table ip6 gantry_doctor {
  map ports { type inet_proto . inet_service : ipv6_addr . inet_service; }
  chain before { type nat hook prerouting priority dstnat; fib daddr type local dnat ip6 to meta l4proto . th dport map @ports; }
  chain after { type nat hook postrouting priority srcnat; ct status dnat masquerade; }
}
`

/** How to be where nothing is changed for anybody else. */
const apart = (host: Host): ReadonlyArray<string> => [
  host.find("unshare") ?? "unshare",
  ...(host.uid === 0 ? [] : ["--user", "--map-root-user"]),
  "--net"
]

/** Loads rules of every kind in a network namespace of its own. */
export const packetFilter = (host: Host): Finding => {
  const subject = "nftables"
  const needed = host.uid === 0
  const costs = "no networks and no published ports; --network none and host work"
  const nft = host.find("nft")
  if (nft === undefined) {
    const mend = installCommand(host, { debian: "nftables" })
    return { subject, status: "missing", found: "there is no nft", needed, costs, mend }
  }
  const { said, status } = host.run([...apart(host), nft, "-f", "-"], rules)
  if (status === 0) return fine(subject, `${nft}: loaded rules of each kind`, needed)
  const mend = namespacesFirst(said) ?? "modprobe -a nf_tables nft_chain_nat nft_masq nft_fib_ipv4 nft_ct"
  return { subject, status: "missing", found: said, needed, costs, mend }
}

/** Looks whether this host has IPv6, and loads rules of it. Networks without `--ipv6` do not need it. */
export const ipv6 = (host: Host): Finding => {
  const subject = "IPv6"
  const costs = "no networks with --ipv6; all others work, and published ports answer on IPv4 addresses"
  const lacks = (found: string, mend: string): Finding => ({
    subject,
    status: "degraded",
    found,
    needed: false,
    costs,
    mend
  })
  const disabled = host.read("/proc/sys/net/ipv6/conf/all/disable_ipv6")?.trim()
  if (disabled === undefined) return lacks("the kernel has none", "boot without ipv6.disable=1, or with another kernel")
  if (disabled !== "0") return lacks("it is switched off", "sysctl -w net.ipv6.conf.all.disable_ipv6=0")
  const nft = host.find("nft")
  if (nft === undefined) return lacks("there is no nft", installCommand(host, { debian: "nftables" }))
  const { said, status } = host.run([...apart(host), nft, "-f", "-"], rules6)
  if (status === 0) return fine(subject, `${nft}: loaded rules of it`)
  return lacks(said, namespacesFirst(said) ?? "modprobe -a nft_fib_ipv6 nft_chain_nat nft_masq")
}

/** Makes a bridge and a pair of devices in a network namespace of its own. */
export const links = (host: Host): Finding => {
  const subject = "bridges"
  const needed = host.uid === 0
  const { said, status } = host.run([...apart(host), ...host.trial("links")])
  if (status === 0) return fine(subject, "made one with a pair of devices", needed)
  return {
    subject,
    status: "missing",
    found: said,
    needed,
    costs: "no networks and no published ports; --network none and host work",
    mend: namespacesFirst(said) ?? "modprobe -a bridge veth"
  }
}

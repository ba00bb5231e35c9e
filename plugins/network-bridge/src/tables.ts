import type { Ipv6Network, NetworkPlan, PublishedPort } from "@gantry/core/network/Network"
import type { Migrations, Row, Transaction } from "@gantry/core/state/Database"
import type { ProcessIdentity } from "@gantry/linux/process-identity"
import type { Element } from "./translations.ts"

/** Networks, leases and published ports of one engine. */
export const migrations: Migrations = {
  owner: "network",
  steps: [
    `CREATE TABLE networks (
       id TEXT PRIMARY KEY,
       name TEXT NOT NULL UNIQUE,
       subnet TEXT NOT NULL UNIQUE,
       gateway TEXT NOT NULL,
       bridge TEXT NOT NULL UNIQUE,
       internal INTEGER NOT NULL,
       labels TEXT NOT NULL,
       created INTEGER NOT NULL
     ) STRICT;
     CREATE TABLE leases (
       network TEXT NOT NULL REFERENCES networks (id),
       container TEXT NOT NULL,
       container_name TEXT NOT NULL,
       address TEXT NOT NULL,
       PRIMARY KEY (network, container),
       UNIQUE (network, address)
     ) STRICT, WITHOUT ROWID;
     CREATE TABLE ports (
       protocol TEXT NOT NULL,
       host_ip TEXT NOT NULL,
       host_port INTEGER NOT NULL,
       network TEXT NOT NULL,
       container TEXT NOT NULL,
       address TEXT NOT NULL,
       container_port INTEGER NOT NULL,
       PRIMARY KEY (protocol, host_port, host_ip),
       FOREIGN KEY (network, container) REFERENCES leases (network, container) ON DELETE CASCADE
     ) STRICT, WITHOUT ROWID;
     CREATE INDEX ports_of_container ON ports (network, container);`,
    "ALTER TABLE networks ADD COLUMN mtu INTEGER",
    "ALTER TABLE leases ADD COLUMN owner_pid INTEGER; ALTER TABLE leases ADD COLUMN owner_start INTEGER",
    "ALTER TABLE leases ADD COLUMN mac TEXT",
    "ALTER TABLE networks ADD COLUMN plan TEXT",
    "CREATE TABLE freed (number INTEGER PRIMARY KEY, subnet TEXT NOT NULL UNIQUE) STRICT",
    "ALTER TABLE leases ADD COLUMN address6 TEXT; CREATE UNIQUE INDEX leases_by_address6 ON leases (network, address6)",
    "ALTER TABLE ports ADD COLUMN proxied INTEGER"
  ]
}

/** A network that has a bridge. */
export interface NetworkRow extends NetworkPlan {
  readonly id: string
  readonly name: string
  /** CIDR form. */
  readonly subnet: string
  readonly gateway: string
  /** Absent without IPv6. */
  readonly ipv6?: Ipv6Network
  /** Name of the link on the host. */
  readonly bridge: string
  readonly internal: boolean
  readonly labels: { readonly [name: string]: string }
  /** Bytes of the longest packet, where the way out has room for less than Ethernet's 1500. */
  readonly mtu?: number
  /** Milliseconds since 1970; absent before it is on record. */
  readonly createdAt?: number
}

/** A container's address in a network. */
export interface LeaseRow {
  /** Id of the network. */
  readonly network: string
  readonly container: string
  readonly containerName: string
  readonly address: string
  /** Its IPv6 address; absent in a network without IPv6. */
  readonly address6?: string
  /** The hardware address that was asked for; absent for the one that goes with the address. */
  readonly mac?: string
  /** The process that the lease ends with; absent for leases that are given back. */
  readonly owner?: ProcessIdentity
}

/** A published port with the name of the container that has it. */
export interface PortRow extends Element {
  readonly network: string
  readonly container: string
  readonly containerName: string
}

const networkOf = (row: Row): NetworkRow => ({
  id: String(row["id"]),
  name: String(row["name"]),
  subnet: String(row["subnet"]),
  gateway: String(row["gateway"]),
  bridge: String(row["bridge"]),
  internal: row["internal"] === 1,
  labels: JSON.parse(String(row["labels"])) as NetworkRow["labels"],
  createdAt: Number(row["created"]),
  ...(row["mtu"] === null ? {} : { mtu: Number(row["mtu"]) }),
  ...(row["plan"] === null ? {} : (JSON.parse(String(row["plan"])) as NetworkPlan & Pick<NetworkRow, "ipv6">))
})

const leaseOf = (row: Row): LeaseRow => ({
  network: String(row["network"]),
  container: String(row["container"]),
  containerName: String(row["container_name"]),
  address: String(row["address"]),
  ...(row["address6"] === null ? {} : { address6: String(row["address6"]) }),
  ...(row["mac"] === null ? {} : { mac: String(row["mac"]) }),
  ...(row["owner_pid"] === null
    ? {}
    : { owner: { pid: Number(row["owner_pid"]), startTime: Number(row["owner_start"]) } })
})

const portOf = (row: Row): PortRow => ({
  protocol: String(row["protocol"]) as PublishedPort["protocol"],
  hostIp: String(row["host_ip"]),
  hostPort: Number(row["host_port"]),
  network: String(row["network"]),
  container: String(row["container"]),
  containerName: String(row["container_name"]),
  address: String(row["address"]),
  ...(row["address6"] === null ? {} : { address6: String(row["address6"]) }),
  containerPort: Number(row["container_port"]),
  ...(row["proxied"] === null ? {} : { proxied: true })
})

/** All networks, by age. */
export const allNetworks = (tx: Transaction): ReadonlyArray<NetworkRow> =>
  tx.all("SELECT * FROM networks ORDER BY created, name").map(networkOf)

/** By name, or by id in full. */
export const findNetwork = (tx: Transaction, name: string): NetworkRow | undefined => {
  const row = tx.get("SELECT * FROM networks WHERE name = ?1 OR id = ?1 ORDER BY name <> ?1 LIMIT 1", name)
  return row === undefined ? undefined : networkOf(row)
}

/** `created` is in milliseconds since 1970. */
export const insertNetwork = (tx: Transaction, network: NetworkRow, created: number): void => {
  const { bridge, gateway, id, internal, ipv6, labels, mtu, name, options, range, reserved, subnet } = network
  const plan = JSON.stringify({ range, reserved, options, ipv6 })
  const made = [id, name, subnet, gateway, bridge, internal ? 1 : 0, JSON.stringify(labels), created]
  const values = [...made, mtu ?? null, plan === "{}" ? null : plan]
  tx.run(
    "INSERT INTO networks (id, name, subnet, gateway, bridge, internal, labels, created, mtu, plan) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    ...values
  )
}

/** As many subnets of networks that are gone are remembered: more than the first two pools have. */
const remembered = 64

/** Its leases must be gone. Its subnets are {@link freed}. */
export const deleteNetwork = (
  tx: Transaction,
  { id, ipv6, subnet }: Pick<NetworkRow, "id" | "ipv6" | "subnet">
): void => {
  tx.run("DELETE FROM networks WHERE id = ?", id)
  for (const each of ipv6 === undefined ? [subnet] : [subnet, ipv6.subnet])
    tx.run("INSERT OR REPLACE INTO freed (subnet) VALUES (?)", each)
  tx.run("DELETE FROM freed WHERE number <= (SELECT max(number) FROM freed) - ?", remembered)
}

/** Subnets of both kinds of networks that are gone, in CIDR form, the last one last. */
export const freed = (tx: Transaction): ReadonlyArray<string> =>
  tx.all("SELECT subnet FROM freed ORDER BY number").map((row) => String(row["subnet"]))

/** Forgets {@link freed}. */
export const forgetFreed = (tx: Transaction): void => void tx.run("DELETE FROM freed")

/** Leases of one network, or of all, by container. */
export const leases = (tx: Transaction, network?: string): ReadonlyArray<LeaseRow> =>
  (network === undefined
    ? tx.all("SELECT * FROM leases ORDER BY network, container")
    : tx.all("SELECT * FROM leases WHERE network = ? ORDER BY container", network)
  ).map(leaseOf)

/** The container's own lease. */
export const findLease = (tx: Transaction, network: string, container: string): LeaseRow | undefined => {
  const row = tx.get("SELECT * FROM leases WHERE network = ? AND container = ?", network, container)
  return row === undefined ? undefined : leaseOf(row)
}

/** Fails when the container has a lease there, or somebody the address. */
export const insertLease = (
  tx: Transaction,
  { address, address6, container, containerName, mac, network, owner }: LeaseRow
): void =>
  void tx.run(
    "INSERT INTO leases (network, container, container_name, address, address6, owner_pid, owner_start, mac) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
    network,
    container,
    containerName,
    address,
    address6 ?? null,
    owner?.pid ?? null,
    owner?.startTime ?? null,
    mac ?? null
  )

/** Takes the container's ports along. */
export const deleteLease = (tx: Transaction, network: string, container: string): void =>
  void tx.run("DELETE FROM leases WHERE network = ? AND container = ?", network, container)

const portsQuery =
  "SELECT ports.*, leases.container_name, leases.address6 FROM ports JOIN leases USING (network, container)"

/** All published ports, or those of one container in one network, by port. */
export const ports = (
  tx: Transaction,
  of?: { readonly network: string; readonly container: string }
): ReadonlyArray<PortRow> =>
  (of === undefined
    ? tx.all(`${portsQuery} ORDER BY protocol, host_port, host_ip`)
    : tx.all(
        `${portsQuery} WHERE network = ? AND container = ? ORDER BY protocol, host_port, host_ip`,
        of.network,
        of.container
      )
  ).map(portOf)

/** Fails when the very same port of the same address is published; overlaps with all addresses are the caller's to see. */
export const insertPort = (tx: Transaction, port: Omit<PortRow, "address6" | "containerName">): void =>
  void tx.run(
    "INSERT INTO ports (protocol, host_ip, host_port, network, container, address, container_port, proxied) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
    port.protocol,
    port.hostIp,
    port.hostPort,
    port.network,
    port.container,
    port.address,
    port.containerPort,
    port.proxied === true ? 1 : null
  )

/** Nothing happens when the port of that address leads elsewhere, or nowhere. */
export const deletePort = (
  tx: Transaction,
  of: { readonly network: string; readonly container: string },
  { hostIp, hostPort, protocol }: Pick<PublishedPort, "hostIp" | "hostPort" | "protocol">
): void =>
  void tx.run(
    "DELETE FROM ports WHERE network = ? AND container = ? AND protocol = ? AND host_ip = ? AND host_port = ?",
    of.network,
    of.container,
    protocol,
    hostIp,
    hostPort
  )

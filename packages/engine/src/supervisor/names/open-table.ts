import { dirname } from "node:path"
import type { Attachment } from "@gantry/core/network/Network"
import { directoryOf } from "../../containers/directory-of.ts"
import { addressesOf } from "../../networks/addresses-of.ts"
import { fulfils, type NetworkWish } from "../../networks/NetworkWish.ts"
import { namesOf } from "../../networks/names-of.ts"
import { isAlive, readState } from "../state.ts"
import type { NameTable } from "./find-name.ts"

/** A table that is closed after use. */
export interface OpenTable extends NameTable {
  readonly close: () => void
}

/** A container in a network. */
interface Member {
  readonly id: string
  readonly name: string
  readonly addresses: ReadonlyArray<string>
}

/** Those who are in a network, by name in lower case and by address. */
interface Members {
  readonly byName: Map<string, Array<Member>>
  readonly byAddress: Map<string, Member>
}

/** Whether a container's supervisor lives: of one that was killed, nobody may have noticed so far. */
const supervised =
  (root: string) =>
  (id: string): boolean => {
    const supervisor = readState(directoryOf(root, id))?.supervisor
    return supervisor !== undefined && isAlive(supervisor)
  }

/**
 * The names in the engine's database, out of the records of the containers that hold an address (Containers.ts) and live.
 * Read again when the database has changed since the last question, so that nothing has to be told of a change.
 */
export const openTable = async (path: string, lives = supervised(dirname(path))): Promise<OpenTable> => {
  const { DatabaseSync } = await import("node:sqlite")
  const database = new DatabaseSync(path, { readOnly: true })
  database.exec("PRAGMA busy_timeout=2000")
  const version = database.prepare("PRAGMA data_version")
  const all = database.prepare(
    `SELECT id, name, attachments, json_extract(record, '$.spec.hostname') AS hostname,
       json_extract(record, '$.options.networks') AS wishes
     FROM containers WHERE attachments IS NOT NULL ORDER BY created_at, id`
  )
  let read: unknown
  let networks = new Map<string, Members>()
  const membersOf = (network: string): Members | undefined => {
    const now = version.get()?.["data_version"]
    if (now !== read) {
      networks = sorted(all.all())
      read = now
    }
    return networks.get(network)
  }
  return {
    addresses: (network, name) =>
      (membersOf(network)?.byName.get(name.toLowerCase()) ?? [])
        .filter(({ id }) => lives(id))
        .flatMap(({ addresses }) => addresses),
    nameOf: (network, address) => {
      const found = membersOf(network)?.byAddress.get(address)
      return found !== undefined && lives(found.id) ? found.name : undefined
    },
    close: () => database.close()
  }
}

/** By network. Texts were written by Containers.ts. */
const sorted = (rows: ReadonlyArray<Record<string, unknown>>): Map<string, Members> => {
  const networks = new Map<string, Members>()
  for (const row of rows) {
    const wishes = JSON.parse(String(row["wishes"])) as ReadonlyArray<NetworkWish>
    const container = { id: String(row["id"]), name: String(row["name"]), hostname: String(row["hostname"]) }
    for (const attachment of JSON.parse(String(row["attachments"])) as ReadonlyArray<Attachment>) {
      const { network } = attachment
      const addresses = addressesOf(attachment)
      if (addresses.length === 0) continue
      const members = networks.get(network) ?? { byName: new Map(), byAddress: new Map() }
      networks.set(network, members)
      const member = { id: container.id, name: container.name, addresses }
      for (const address of addresses) members.byAddress.set(address, member)
      const aliases = wishes.find((wish) => fulfils(attachment, wish))?.aliases ?? []
      for (const name of new Set(namesOf(container, aliases).map((each) => each.toLowerCase()))) {
        const known = members.byName.get(name)
        if (known === undefined) members.byName.set(name, [member])
        else known.push(member)
      }
    }
  }
  return networks
}

import type { Attachment } from "@gantry/core/network/Network"
import type { Transaction } from "@gantry/core/state/Database"
import type { ContainerRecord } from "../containers/ContainerRecord.ts"
import { isUserDefined } from "./NetworkWish.ts"

/** Names under which containers are found in the networks they are in now. `place` 0 is the container's own name. */
export const namesTable = `CREATE TABLE network_names (
     network TEXT NOT NULL,
     name TEXT NOT NULL COLLATE NOCASE,
     container TEXT NOT NULL,
     address TEXT NOT NULL,
     place INTEGER NOT NULL,
     PRIMARY KEY (network, name, container)
   ) STRICT, WITHOUT ROWID;
   CREATE INDEX network_names_address ON network_names (network, address, place);
   CREATE INDEX network_names_container ON network_names (container)`

/** The container's own name, its aliases, its short id and its host name, each once. */
const namesOf = (record: Pick<ContainerRecord, "id" | "name" | "spec" | "options">, network: string) => {
  const aliases = record.options.networks.find((wish) => wish.network === network)?.aliases ?? []
  const all = [record.name, ...aliases, record.id.slice(0, 12), record.spec.hostname]
  return new Map(
    all
      .filter((name) => name !== "")
      .map((name, place) => [name.toLowerCase(), { name, place }] as const)
      .toReversed()
  ).values()
}

/** Brings the names of a container to what its attachments say. In networks that every host has, there are none. */
export const writeNames = (
  tx: Transaction,
  record: Pick<ContainerRecord, "id" | "name" | "spec" | "options">,
  attachments: ReadonlyArray<Attachment>
): void => {
  forgetNames(tx, record.id)
  for (const { address, network } of attachments) {
    if (address === undefined || !isUserDefined(network)) continue
    for (const { name, place } of namesOf(record, network)) {
      tx.run("INSERT INTO network_names VALUES (?, ?, ?, ?, ?)", network, name, record.id, address, place)
    }
  }
}

/** Takes the names of a container away. */
export const forgetNames = (tx: Transaction, id: string): void =>
  void tx.run("DELETE FROM network_names WHERE container = ?", id)

import { Database, type Row } from "@gantry/core/state/Database"
import type { StorageFailure } from "@gantry/core/store/StoreError"
import type { Attachment } from "@gantry/core/network/Network"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { AmbiguousId, NameTaken, NoSuchContainer } from "../EngineError.ts"
import { nearestFew } from "@gantry/core/nearest"
import type { ContainerRecord } from "./ContainerRecord.ts"
import { allContainers, attachmentsOfRow, containerTable, recordOfRow } from "./record-of-row.ts"
import { bareName, exactContainer } from "./exact-container.ts"

/** The truth about which containers there are. How they fare is the runtime's to say. */
export interface ContainersShape {
  /** Records a container. Fails with `NameTaken` when the name has a holder; no two callers get one name. */
  readonly add: (record: ContainerRecord) => Effect.Effect<void, NameTaken | StorageFailure>
  /** Finds a container by name, ID, or beginning of an ID. */
  readonly find: (text: string) => Effect.Effect<ContainerRecord, NoSuchContainer | AmbiguousId | StorageFailure>
  /** All containers, newest first. */
  readonly list: Effect.Effect<ReadonlyArray<ContainerRecord>, StorageFailure>
  /**
   * Writes down what a container holds of its networks. Nothing happens when there is no such container.
   */
  readonly attach: (
    id: string,
    change: (held: ReadonlyArray<Attachment>) => ReadonlyArray<Attachment>
  ) => Effect.Effect<void, StorageFailure>
  /** What a container holds of its networks now, in the order of its links. */
  readonly attachmentsOf: (id: string) => Effect.Effect<ReadonlyArray<Attachment>, StorageFailure>
  /**
   * Writes down what has changed of how a container is made, and of the ports it holds; joining and leaving networks is
   * {@link ContainersShape.attach}'s. Nothing happens when there is none.
   */
  readonly amend: (
    id: string,
    change: (record: ContainerRecord) => ContainerRecord
  ) => Effect.Effect<void, StorageFailure>
  /** Gives a container another name. */
  readonly rename: (id: string, name: string) => Effect.Effect<void, NameTaken | StorageFailure>
  /** Forgets a container. Succeeds when there is none. */
  readonly forget: (id: string) => Effect.Effect<void, StorageFailure>
  /** Names of the containers that were made from an image, or mount it. */
  readonly ofImage: (
    image: string
  ) => Effect.Effect<ReadonlyArray<Pick<ContainerRecord, "id" | "name">>, StorageFailure>
  /** Those that mount a volume, running or not, the same way. */
  readonly ofVolume: (
    volume: string
  ) => Effect.Effect<ReadonlyArray<Pick<ContainerRecord, "id" | "name">>, StorageFailure>
}

/** The service tag of {@link ContainersShape}. */
export class Containers extends Context.Tag("@gantry/engine/Containers")<Containers, ContainersShape>() {}

/** How the tables came to be what they are. */
export const migrations = {
  owner: containerTable.owner,
  steps: [
    `CREATE TABLE containers (
       id TEXT PRIMARY KEY, name TEXT NOT NULL UNIQUE, image TEXT NOT NULL, created_at INTEGER NOT NULL,
       record TEXT NOT NULL, attachment TEXT
     ) STRICT;
     CREATE INDEX containers_image ON containers(image)`,
    `UPDATE containers SET record = json_remove(
       json_set(record, '$.options.networks', json_array(json_patch(
         json_object('network', json_extract(record, '$.options.network'), 'aliases', json_array(), 'priority', 0),
         json_object('address', json_extract(record, '$.options.address'))
       ))), '$.options.address');
     ALTER TABLE containers RENAME COLUMN attachment TO attachments;
     UPDATE containers SET attachments = json_array(json(attachments)) WHERE attachments IS NOT NULL`
  ]
}

/**
 * Whether a container has a mount of which something of a text is true. Whether the text occurs at all is asked first: it
 * is to be answered for each of many images and volumes.
 */
const withMount = (condition: string): string =>
  `instr(record, ?1) > 0 AND EXISTS (SELECT 1 FROM json_each(record, '$.mounts') AS mount WHERE ${condition})`

const ofImage = `SELECT id, name FROM containers
  WHERE image = ?1 OR ${withMount("json_extract(mount.value, '$.image') = ?1")} ORDER BY name`

const ofVolume = `SELECT id, name FROM containers
  WHERE ${withMount("json_extract(mount.value, '$.type') = 'volume' AND json_extract(mount.value, '$.name') = ?1")}
  ORDER BY name`

const namesOf = (row: Row): Pick<ContainerRecord, "id" | "name"> => ({
  id: String(row["id"]),
  name: String(row["name"])
})

/** Containers in the database. */
export const make = Effect.gen(function* () {
  const db = yield* Database
  yield* db.migrate(migrations)
  const claim = <A>(what: string, name: string, id: string, body: Parameters<typeof db.write<A>>[1]) =>
    Effect.flatMap(
      db.write(what, (tx) => {
        const holder = tx.get("SELECT id FROM containers WHERE name = ? AND id <> ?", name, id)
        if (holder !== undefined) return new NameTaken({ name, holder: String(holder["id"]) })
        body(tx)
        return undefined
      }),
      (taken) => (taken === undefined ? Effect.void : Effect.fail(taken))
    )
  const shape: ContainersShape = {
    add: (record) =>
      claim("containers", record.name, record.id, (tx) => {
        const { attachments, ...rest } = record
        tx.run(
          "INSERT INTO containers VALUES (?, ?, ?, ?, ?, ?)",
          record.id,
          record.name,
          record.image,
          record.createdAt,
          JSON.stringify(rest),
          attachments.length === 0 ? null : JSON.stringify(attachments)
        )
      }),
    find: (text) =>
      Effect.flatMap(
        db.read("containers", (tx) => {
          const word = bareName(text)
          const exact = tx.all(exactContainer.sql, ...exactContainer.values(text))
          if (exact.length > 0) return { found: exact.slice(0, 1), names: [] }
          const found = /^[0-9a-f]+$/.test(word)
            ? tx.all("SELECT * FROM containers WHERE id GLOB ? ORDER BY id", `${word}*`)
            : []
          const names = found.length > 0 ? [] : tx.all("SELECT name FROM containers").map((row) => String(row["name"]))
          return { found, names }
        }),
        ({ found, names }): Effect.Effect<ContainerRecord, NoSuchContainer | AmbiguousId> => {
          const [first, ...more] = found
          if (first === undefined) return new NoSuchContainer({ name: text, near: nearestFew(text, names) })
          if (more.length === 0) return Effect.succeed(recordOfRow(first))
          return new AmbiguousId({ kind: "container", prefix: text, found: found.map((row) => String(row["id"])) })
        }
      ),
    list: db.read("containers", (tx) => tx.all(allContainers).map(recordOfRow)),
    attach: (id, change) =>
      db.write("containers", (tx) => {
        const row = tx.get("SELECT attachments FROM containers WHERE id = ?", id)
        if (row === undefined) return
        const attachments = change(attachmentsOfRow(row))
        const text = attachments.length === 0 ? null : JSON.stringify(attachments)
        tx.run("UPDATE containers SET attachments = ? WHERE id = ?", text, id)
      }),
    attachmentsOf: (id) =>
      db.read("containers", (tx) => attachmentsOfRow(tx.get("SELECT attachments FROM containers WHERE id = ?", id))),
    amend: (id, change) =>
      db.write("containers", (tx) => {
        const row = tx.get("SELECT * FROM containers WHERE id = ?", id)
        if (row === undefined) return
        const { attachments, ...rest } = change(recordOfRow(row))
        const held = attachments.length === 0 ? null : JSON.stringify(attachments)
        tx.run("UPDATE containers SET record = ?, attachments = ? WHERE id = ?", JSON.stringify(rest), held, id)
      }),
    rename: (id, name) =>
      claim("containers", name, id, (tx) => tx.run("UPDATE containers SET name = ? WHERE id = ?", name, id)),
    forget: (id) => Effect.asVoid(db.write("containers", (tx) => tx.run("DELETE FROM containers WHERE id = ?", id))),
    ofImage: (image) => db.read("containers", (tx) => tx.all(ofImage, image).map(namesOf)),
    ofVolume: (volume) => db.read("containers", (tx) => tx.all(ofVolume, volume).map(namesOf))
  }
  return shape
})

/** The service as an Effect layer. */
export const layer = Layer.effect(Containers, make)

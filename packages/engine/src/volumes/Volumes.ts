import { randomBytes } from "node:crypto"
import { chmodSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync } from "node:fs"
import { join } from "node:path"
import { Settings } from "@gantry/core/Settings"
import { Database, type Row } from "@gantry/core/state/Database"
import { type StorageFailure, storageFailure } from "@gantry/core/store/StoreError"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { volumeEvent } from "../events/actors.ts"
import { record as tell } from "../events/Journal.ts"
import { removedVolume } from "../root-names.ts"

/** A directory that outlives containers. */
export interface VolumeRecord {
  readonly name: string
  /** Absolute path of its contents on the host. */
  readonly path: string
  /** Milliseconds since 1970. */
  readonly createdAt: number
  readonly labels: { readonly [name: string]: string }
  /** Named by gantry for one container, not by the user. */
  readonly anonymous: boolean
  /** Milliseconds since 1970 when it was made, or a container with it was created or removed last. */
  readonly lastUsed: number
}

/** Volumes on the local disk, at `<root>/volumes/<name>/_data`. */
export interface VolumesShape {
  /** The volume of that name, made when there is none. */
  readonly ensure: (volume: {
    readonly name: string
    readonly anonymous: boolean
    readonly labels?: { readonly [name: string]: string }
    /** A new one is for a container that is not on record yet. */
    readonly forNew?: boolean
  }) => Effect.Effect<VolumeRecord, StorageFailure>
  /** Says that the container is about to be on record that these were made for. */
  readonly claim: (names: ReadonlyArray<string>) => Effect.Effect<void, StorageFailure>
  /** Names of those that were made for a container and that nobody has claimed, because it is being made or its maker was killed. */
  readonly unclaimed: Effect.Effect<ReadonlyArray<string>, StorageFailure>
  readonly list: Effect.Effect<ReadonlyArray<VolumeRecord>, StorageFailure>
  /** Remembers that volumes were used at an instant, in milliseconds since 1970. */
  readonly touch: (names: ReadonlyArray<string>, at: number) => Effect.Effect<void, StorageFailure>
  /** Forgets the volume and takes its contents out of sight in one step, then removes them. Succeeds when there is none. */
  readonly remove: (name: string) => Effect.Effect<void, StorageFailure>
  /** Whether nothing is in the volume yet. */
  readonly isEmpty: (volume: VolumeRecord) => Effect.Effect<boolean, StorageFailure>
}

/** The service tag of {@link VolumesShape}. */
export class Volumes extends Context.Tag("@gantry/engine/Volumes")<Volumes, VolumesShape>() {}

const migrations = {
  owner: "volumes",
  steps: [
    `CREATE TABLE volumes (
       name TEXT PRIMARY KEY, created_at INTEGER NOT NULL, labels TEXT NOT NULL, anonymous INTEGER NOT NULL
     ) STRICT`,
    `ALTER TABLE volumes ADD COLUMN last_used INTEGER NOT NULL DEFAULT 0;
     UPDATE volumes SET last_used = created_at`,
    `ALTER TABLE volumes ADD COLUMN unclaimed INTEGER NOT NULL DEFAULT 0`
  ]
}

/** Volumes in the database, contents below the root directory. */
export const make = Effect.gen(function* () {
  const db = yield* Database
  const { root } = yield* Settings
  yield* db.migrate(migrations)
  const pathOf = (name: string) => join(root, "volumes", name, "_data")
  const recordOf = (row: Row): VolumeRecord => ({
    name: String(row["name"]),
    path: pathOf(String(row["name"])),
    createdAt: Number(row["created_at"]),
    labels: JSON.parse(String(row["labels"])) as Record<string, string>,
    anonymous: Number(row["anonymous"]) === 1,
    lastUsed: Number(row["last_used"])
  })
  const shape: VolumesShape = {
    ensure: ({ anonymous, forNew = false, labels = {}, name }) =>
      Effect.gen(function* () {
        const path = pathOf(name)
        // The parent keeps other users of the host out of volumes whose own mode lets everybody in.
        yield* Effect.try({
          try: () => {
            const all = join(root, "volumes")
            if (mkdirSync(all, { recursive: true, mode: 0o701 }) !== undefined) chmodSync(all, 0o701)
            // Who made it may have wished for a umask of their own; containers go in and out as other users.
            const made = mkdirSync(path, { recursive: true, mode: 0o755 })
            if (made !== undefined) for (const each of [join(all, name), path]) chmodSync(each, 0o755)
          },
          catch: storageFailure("prepare", `volume ${name}`)
        })
        const { isNew, volume } = yield* db.write("volumes", (tx) => {
          const known = tx.get("SELECT 1 FROM volumes WHERE name = ?", name)
          tx.run(
            `INSERT INTO volumes (name, created_at, labels, anonymous, last_used, unclaimed) VALUES (?1, ?2, ?3, ?4, ?2, ?5)
             ON CONFLICT(name) DO UPDATE SET last_used = excluded.last_used`,
            name,
            Date.now(),
            JSON.stringify(labels),
            anonymous ? 1 : 0,
            forNew ? 1 : 0
          )
          const row = tx.get("SELECT * FROM volumes WHERE name = ?", name)
          if (row === undefined) throw new Error(`volume ${name} vanished`)
          return { isNew: known === undefined, volume: recordOf(row) }
        })
        if (isNew) yield* tell(volumeEvent("create", name))
        return volume
      }),
    claim: (names) =>
      names.length === 0
        ? Effect.void
        : db.write("volumes", (tx) => {
            for (const name of names) tx.run("UPDATE volumes SET unclaimed = 0 WHERE name = ?", name)
          }),
    unclaimed: db.read("volumes", (tx) =>
      tx.all("SELECT name FROM volumes WHERE unclaimed = 1 ORDER BY name").map((row) => String(row["name"]))
    ),
    list: db.read("volumes", (tx) => tx.all("SELECT * FROM volumes ORDER BY name").map(recordOf)),
    touch: (names, at) =>
      names.length === 0
        ? Effect.void
        : db.write("volumes", (tx) => {
            for (const name of names) tx.run("UPDATE volumes SET last_used = ? WHERE name = ?", Math.trunc(at), name)
          }),
    remove: (name) =>
      Effect.gen(function* () {
        const away = join(root, "volumes", `${removedVolume}${randomBytes(6).toString("hex")}`)
        const known = yield* db.write("volumes", (tx) => {
          const row = tx.get("SELECT 1 FROM volumes WHERE name = ?", name)
          tx.run("DELETE FROM volumes WHERE name = ?", name)
          const home = join(root, "volumes", name)
          if (existsSync(home)) renameSync(home, away)
          return row !== undefined
        })
        if (known) yield* tell(volumeEvent("destroy", name))
        yield* Effect.try({
          try: () => rmSync(away, { recursive: true, force: true }),
          catch: storageFailure("remove", `volume ${name}`)
        })
      }),
    isEmpty: (volume) =>
      Effect.try({
        try: () => readdirSync(volume.path).length === 0,
        catch: storageFailure("read", `volume ${volume.name}`)
      })
  }
  return shape
})

/** The service as an Effect layer. */
export const layer = Layer.effect(Volumes, make)

import { constants, openSync } from "node:fs"
import { storageFailure } from "@gantry/core/store/StoreError"
import { entryFrom, statOf } from "@gantry/core/tree/disk-entry"
import type { TreeEntry } from "@gantry/core/tree/TreeEntry"
import { archiveOf } from "@gantry/engine/copy/archive-of"
import { copyFromStream } from "@gantry/engine/verbs/copy"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import type { Terminal } from "../../terminal.ts"
import { plain } from "../../commands/Usage.ts"
import type { Member } from "../life/members.ts"
import { runIn } from "../life/run-in.ts"

/** What containers are to have as the host has it. */
export interface SyncWish {
  /** Absolute paths of the host, and where they go in the containers. */
  readonly copied: ReadonlyMap<string, string>
  /** Absolute paths in the containers. */
  readonly removed: ReadonlyArray<string>
}

/** What lies at paths of the host, as entries at other paths. What is gone meanwhile is left out. */
const entriesOf = (copied: SyncWish["copied"]): ReadonlyArray<TreeEntry> =>
  [...copied].flatMap(([path, target]) => {
    const stat = statOf(path)
    return stat === undefined ? [] : (entryFrom(target.replace(/^\/+/, ""), path, stat, undefined) ?? [])
  })

const openLive = (path: string): number | undefined => {
  try {
    return openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
  } catch {
    return undefined
  }
}

/** Copies files of the host into containers that run or not, with owners and modes, and removes others there. */
export const syncFiles = (members: ReadonlyArray<Member>, { copied, removed }: SyncWish, terminal: Terminal) =>
  Effect.forEach(
    members,
    (member) =>
      Effect.gen(function* () {
        if (removed.length > 0) {
          const command = ["rm", "-rf", "--", ...removed]
          const hook = { command, environment: {}, privileged: false, user: "0:0", workingDir: "/" }
          const { code, lastLine } = yield* runIn(member, hook, () => undefined, terminal)
          if (code !== 0) {
            return yield* plain(
              `files could not be removed in container ${member.record.name}: ${lastLine || `exit status ${code}`}`,
              "the container needs rm, and a place that can be written to"
            )
          }
        }
        if (copied.size === 0) return
        const failed = storageFailure("read", "the files that have changed")
        const archive = archiveOf(entriesOf(copied), openLive, failed)
        yield* copyFromStream(member.record, Stream.toAsyncIterable(archive), "/", { archive: false, ofHost: true })
      }),
    { discard: true }
  )

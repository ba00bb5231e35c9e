import type { Attachment } from "@gantry/core/network/Network"
import { isLive } from "@gantry/core/runtime/ContainerState"
import { Runtime } from "@gantry/core/runtime/Runtime"
import type { ContainerSpec } from "@gantry/core/runtime/ContainerSpec"
import { Settings } from "@gantry/core/Settings"
import type { StorageFailure } from "@gantry/core/store/StoreError"
import * as Effect from "effect/Effect"
import { connect } from "../containers/connect.ts"
import type { ContainerRecord } from "../containers/ContainerRecord.ts"
import { Containers } from "../containers/Containers.ts"
import { hostNames } from "../containers/host-names.ts"
import { directoryOf } from "../containers/directory-of.ts"
import { type AmbiguousId, type NoSuchContainer, WrongState } from "../EngineError.ts"
import { refusalOf, sharedPath } from "../supervisor/shared-namespaces.ts"
import { sharedWith } from "./NetworkWish.ts"

/** The container whose network another one shares, by its record. */
export const sharerOf = ({ options }: Pick<ContainerRecord, "options">): string | undefined =>
  options.networks.map(({ network }) => sharedWith(network)).find((each) => each !== undefined)

/** What a container that shares another one's network has of it. */
export interface SharedNetwork {
  /** ID of the other one. */
  readonly container: string
  readonly attachment: Attachment
  /** It is the host's: the other one, or who that one has it of, is on the host's network. */
  readonly ofHost: boolean
  /** As the other one: what belongs to its network is the same for both. */
  readonly withIts: (spec: ContainerSpec) => ContainerSpec
}

/**
 * The network of the container that a record names with `container:…`; none for other networks. Fails with `WrongState`,
 * in Docker's words, when that one does not run.
 */
export const sharedNetwork = (
  record: ContainerRecord
): Effect.Effect<
  SharedNetwork | undefined,
  AmbiguousId | NoSuchContainer | StorageFailure | WrongState,
  Containers | Runtime | Settings
> =>
  Effect.gen(function* () {
    const id = sharerOf(record)
    if (id === undefined) return undefined
    const other = yield* (yield* Containers).find(id)
    const state = yield* (yield* Runtime).state(other.id)
    if (!isLive(state) || state.status === "restarting") {
      return yield* new WrongState({
        container: record.name,
        id: record.id,
        verb: "start",
        why: refusalOf("network", other.id),
        hint: `start that one before: gantry start ${other.name}`
      })
    }
    const path = sharedPath(directoryOf((yield* Settings).root, record.id), "network")
    const wiring = [{ type: "join", path }] as const
    const owner = yield* ownerOf(other)
    const { files, hostname } = connect(owner, owner.attachments, yield* hostNames)
    return {
      container: other.id,
      attachment: { driver: "container", network: `container:${other.id}`, container: record.id, ports: [], wiring },
      ofHost: owner.options.network === "host",
      withIts: (spec) => ({
        ...spec,
        hostname,
        files: { ...files, hostname: `${hostname}\n` },
        process: {
          ...spec.process,
          env: spec.process.env.map((each) => (each === `HOSTNAME=${spec.hostname}` ? `HOSTNAME=${hostname}` : each))
        }
      })
    }
  })

/** The one that has the network as its own, when several share it one through the other. */
const ownerOf = (
  record: ContainerRecord
): Effect.Effect<ContainerRecord, AmbiguousId | NoSuchContainer | StorageFailure, Containers> =>
  Effect.gen(function* () {
    const further = sharerOf(record)
    // It names one that is older than itself, so that this comes to an end.
    return further === undefined ? record : yield* ownerOf(yield* (yield* Containers).find(further))
  })

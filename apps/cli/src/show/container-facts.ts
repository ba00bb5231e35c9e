import { type ContainerState, isLive } from "@gantry/core/runtime/ContainerState"
import { type ContainerRecord, portsOf } from "@gantry/engine/containers/ContainerRecord"
import { isStillCalled } from "@gantry/engine/images/still-called"
import type { ContainerFacts } from "./container-row.ts"
import { shownState } from "./shown-state.ts"

/** A container and how it fares. */
export interface ListedContainer {
  readonly record: ContainerRecord
  readonly state: ContainerState
  /** What its image is called now. */
  readonly imageNames: ReadonlyArray<string>
}

/** What a listing shows of a container; `size` when that was asked for. */
export const containerFacts = (
  { imageNames, record, state }: ListedContainer,
  size?: ContainerFacts["size"]
): ContainerFacts => {
  // Of one that was lost the record still has them.
  const published = isLive(state) ? portsOf(record) : []
  const exposed = record.options.exposed.flatMap((text) => {
    const [port, protocol = "tcp"] = text.split("/")
    const taken = published.some((each) => String(each.containerPort) === port && each.protocol === protocol)
    return taken || state.status !== "running" ? [] : [{ containerPort: Number(port), protocol: protocolOf(protocol) }]
  })
  return {
    id: record.id,
    name: record.name,
    // A name that has moved on since would be that of another image.
    image:
      record.image === "" || isStillCalled(record.imageName, record.image, imageNames)
        ? record.imageName
        : record.image,
    command: [...record.options.entrypoint, ...record.options.command],
    createdAt: record.createdAt,
    state: shownState(record, state),
    ports: [...published, ...exposed],
    labels: record.labels,
    mounts: record.mounts.flatMap(({ name, source, type }) =>
      type === "tmpfs" ? [] : [type === "volume" ? name : source]
    ),
    networks: record.options.networks.map(({ network }) => network),
    ...(size === undefined ? {} : { size })
  }
}

const protocolOf = (text: string): "tcp" | "udp" | "sctp" => (text === "udp" || text === "sctp" ? text : "tcp")

import type { Attachment } from "@gantry/core/network/Network"
import type { ContainerRecord, MountRecord } from "../containers/ContainerRecord.ts"
import type { JournalEvent } from "./JournalEvent.ts"

type Event = Omit<JournalEvent, "at">

/** What events say of a container besides its ID: labels, and the image and name that no label can replace. */
export const attributesOf = ({
  imageName,
  labels,
  name
}: Pick<ContainerRecord, "imageName" | "labels" | "name">): JournalEvent["attributes"] => ({
  ...labels,
  image: imageName,
  name
})

/** Something that has happened to a container. */
export const containerEvent = (
  record: Pick<ContainerRecord, "id" | "imageName" | "labels" | "name">,
  action: string,
  more: JournalEvent["attributes"] = {}
): Event => ({
  type: "container",
  action,
  id: record.id,
  attributes: { ...attributesOf(record), ...more }
})

/** Names of images as events have them: an ID or a name, and labels. */
export const imageEvent = (
  action: string,
  id: string,
  name: string,
  labels: { readonly [name: string]: string } = {}
): Event => ({ type: "image", action, id, attributes: { ...labels, name } })

/** Something that has happened to a network. */
export const networkEvent = (
  action: "create" | "destroy",
  network: { readonly id: string; readonly name: string; readonly driver: string }
): Event => ({
  type: "network",
  action,
  id: network.id,
  attributes: { name: network.name, type: network.driver }
})

/** A container that has joined or left a network. */
export const linkEvent = (
  action: "connect" | "disconnect",
  { container, network, networkId = network }: Pick<Attachment, "container" | "network" | "networkId">
): Event => ({
  type: "network",
  action,
  id: networkId,
  attributes: { container, name: network, type: network === "host" || network === "none" ? network : "bridge" }
})

/** Something that has happened to a volume. */
export const volumeEvent = (
  action: "create" | "destroy" | "mount" | "unmount",
  name: string,
  more: JournalEvent["attributes"] = {}
): Event => ({ type: "volume", action, id: name, attributes: { ...more, driver: "local" } })

/** The volumes that a container begins or ceases to use. */
export const mountEvents = (
  action: "mount" | "unmount",
  { id, mounts }: { readonly id: string; readonly mounts: ReadonlyArray<MountRecord> }
): ReadonlyArray<Event> =>
  mounts.flatMap(({ name, readonly, target, type }) => {
    if (type !== "volume") return []
    const more = action === "mount" ? { destination: target, propagation: "", "read/write": String(!readonly) } : {}
    return [volumeEvent(action, name, { container: id, ...more })]
  })

import type { Service } from "@gantry/compose/Project"
import { serviceIn } from "@gantry/compose/texts/service-in"
import { sharedWith } from "@gantry/engine/networks/NetworkWish"
import type { Member } from "../life/members.ts"

/** Whether a container has something of this one. */
type Has = (record: Member["record"], id: string) => boolean

/** What a service has of others of its project, and how that is seen of a container. */
const shares = (service: Service): ReadonlyArray<readonly [name: string, has: Has]> => {
  const spaces: ReadonlyArray<readonly [string | undefined, Has]> = [
    [serviceIn(service.networkMode), ({ options }, id) => sharedWith(options.network) === id],
    [serviceIn(service.pid), ({ options }, id) => options.joins?.pid === id],
    [serviceIn(service.ipc), ({ options }, id) => options.joins?.ipc === id]
  ]
  const volumes = service.volumesFrom.flatMap(({ from, name }) => (from === "service" ? [name] : []))
  const hasVolumes: Has = ({ options }, id) => (options.volumesFrom ?? []).some((text) => text.split(":")[0] === id)
  return [
    ...spaces.flatMap(([name, has]) => (name === undefined ? [] : [[name, has] as const])),
    ...volumes.map((name) => [name, hasVolumes] as const)
  ]
}

/**
 * Whether a container of a service has something of a container that is another one now: it cannot start any more, or is
 * cut off. `ids`: the containers that services have now; `renewed`: services whose containers are made anew.
 */
export const isTorn = (
  service: Service,
  { record }: Pick<Member, "record">,
  ids: ReadonlyMap<string, string>,
  renewed: ReadonlySet<string>
): boolean =>
  shares(service).some(([name, has]) => {
    const id = ids.get(name)
    return renewed.has(name) || (id !== undefined && !has(record, id))
  })

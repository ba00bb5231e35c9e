import { identify, isAlive } from "@gantry/linux/process-identity"

/** Begins a name with what it is and the process it ends with: `script-812-4711-`. */
const shape = /^([a-z]+)-(\d+)-(\d+)-/

/** A name for something that is worth nothing once this process is gone. `id` makes it unique. */
export const ownedName = (kind: string, id: string): string => {
  const self = identify("self")
  return `${kind}-${self?.pid ?? 0}-${self?.startTime ?? 0}-${id}`
}

/** Whether a name was made by {@link ownedName} for that kind of thing, by a process that has ended. */
export const isOrphaned = (kind: string, name: string): boolean => {
  const found = shape.exec(name)
  return found?.[1] === kind && !isAlive({ pid: Number(found[2]), startTime: Number(found[3]) })
}

import { rmSync, statSync, writeFileSync } from "node:fs"

/** Waits until a change of a file now has another time than every change before: file systems count in steps. */
export const nextTime = (root: string): void => {
  const probe = `${root}.probe`
  const changed = () => {
    writeFileSync(probe, "")
    return statSync(probe, { bigint: true }).ctimeNs
  }
  const before = changed()
  while (changed() === before);
  rmSync(probe)
}

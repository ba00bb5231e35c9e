import { MNT_DETACH, MS_NODEV, MS_NOEXEC, MS_NOSUID } from "../constants.ts"
import type { ContainerSpec } from "@gantry/core/runtime/ContainerSpec"
import { cloneTree } from "./binds.ts"
import type { Kernel } from "./Kernel.ts"
import { attach } from "./mount-point.ts"
import { stage } from "./StageFailure.ts"

/** A generated file, open and attached nowhere. */
export interface HeldFile {
  readonly target: string
  readonly tree: number
}

/**
 * Writes /etc/hosts and its companions into memory. They live as long as the container's mount namespace, and nothing
 * of them is on the host. `scratch` is a directory of the container that is covered for a moment.
 */
export const holdGenerated = (kernel: Kernel, spec: ContainerSpec, scratch: string): ReadonlyArray<HeldFile> => {
  const wanted = [
    { name: "hosts", text: spec.files.hosts },
    { name: "resolv.conf", text: spec.files.resolvConf },
    { name: "hostname", text: spec.files.hostname }
  ].filter(({ name, text }) => text !== undefined && !spec.mounts.some(({ target }) => target === `/etc/${name}`))
  if (wanted.length === 0) return []
  return stage("make /etc/hosts", () => {
    kernel.sys.mount("tmpfs", scratch, "tmpfs", MS_NOSUID | MS_NODEV | MS_NOEXEC, "size=4m,mode=755")
    const held = wanted.map(({ name, text = "" }) => {
      const path = `${scratch}/${name}`
      kernel.files.write(path, text)
      return { target: `/etc/${name}`, tree: cloneTree(kernel, path, false) }
    })
    kernel.sys.umount2(scratch, MNT_DETACH)
    return held
  })
}

/** Puts the generated files where the container looks for them. */
export const attachGenerated = (kernel: Kernel, held: ReadonlyArray<HeldFile>): void => {
  for (const { target, tree } of held) stage(`mount ${target}`, () => attach(kernel, tree, target, "file"))
}

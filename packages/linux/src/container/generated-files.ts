import { MNT_DETACH, MS_NODEV, MS_NOEXEC, MS_NOSUID, O_CLOEXEC, O_CREAT, O_WRONLY } from "../constants.ts"
import type { ContainerSpec } from "@gantry/core/runtime/ContainerSpec"
import { cloneTree } from "./binds.ts"
import { type Kernel, together } from "./Kernel.ts"
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
    const files = wanted.map(({ name, text = "" }) => ({ path: `${scratch}/${name}`, target: `/etc/${name}`, text }))
    writeFiles(kernel, files)
    const trees = together(kernel, files, ({ path }) => cloneTree(kernel, path, false))
    kernel.sys.umount2(scratch, MNT_DETACH)
    return files.map(({ target }, at) => ({ target, tree: trees[at] ?? -1 }))
  })
}

/** Writes new files, in memory: what does not fit in one call is an error there. */
const writeFiles = (kernel: Kernel, files: ReadonlyArray<{ readonly path: string; readonly text: string }>): void => {
  const { sys } = kernel
  const opened = together(kernel, files, ({ path }) => sys.open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0o644))
  const contents = files.map(({ text }) => new TextEncoder().encode(text))
  const written = together(kernel, opened, (fd, at) => sys.write(fd, contents[at] ?? new Uint8Array()))
  for (const [at, fd] of opened.entries()) {
    sys.close(fd)
    if (written[at] !== contents[at]?.length) throw new Error(`${files[at]?.path} could not be written whole`)
  }
}

/** Puts the generated files where the container looks for them. */
export const attachGenerated = (kernel: Kernel, held: ReadonlyArray<HeldFile>): void => {
  for (const { target, tree } of held) stage(`mount ${target}`, () => attach(kernel, tree, target, "file"))
}

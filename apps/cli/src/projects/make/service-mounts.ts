import type { Project, ProjectFile, Service, ServiceFile, ServiceVolume } from "@gantry/compose/Project"
import type { ContainerRecord } from "@gantry/engine/containers/ContainerRecord"
import type { SecretWish } from "@gantry/engine/containers/SecretWish"
import type { MountRequest } from "@gantry/engine/containers/RunOptions"
import { isAbsolute } from "node:path"

/** Where a secret is put that says nothing else (Compose Specification, `secrets`). */
const secretsDirectory = "/run/secrets"

/** Where a secret of a service stands in its containers. */
const secretTarget = ({ source, target }: ServiceFile): string => {
  if (target === undefined) return `${secretsDirectory}/${source}`
  return isAbsolute(target) ? target : `${secretsDirectory}/${target}`
}

/** Where a config of a service stands in its containers. */
const configTarget = ({ source, target }: ServiceFile): string => target ?? `/${source}`

const mountOf = (volume: ServiceVolume, project: Pick<Project, "volumes">): MountRequest => {
  const { readOnly: readonly, source, target } = volume
  const typed = `${source ?? ""}:${target}`
  switch (volume.type) {
    case "bind":
      return {
        type: "bind",
        source: source ?? "",
        target,
        readonly,
        recursive: volume.bind?.recursive !== "disabled",
        ...(volume.bind?.propagation === undefined ? {} : { propagation: volume.bind.propagation }),
        ...(volume.bind?.recursive === "writable" ? { writableBelow: true } : {}),
        create: volume.bind?.createHostPath ?? true,
        typed
      }
    case "tmpfs": {
      const options = [
        ...(volume.tmpfs?.size === undefined ? [] : [`size=${volume.tmpfs.size}`]),
        ...(volume.tmpfs?.mode === undefined ? [] : [`mode=${volume.tmpfs.mode}`]),
        ...(readonly ? ["ro"] : [])
      ]
      return { type: "tmpfs", target, options: options.join(","), typed }
    }
    case "image": {
      const subpath = volume.image?.subpath
      // As Docker has it: what everybody may have of an image is nobody's to change.
      return { type: "image", source: source ?? "", target, readonly: true, ...(subpath && { subpath }), typed }
    }
    case "volume": {
      const name = source === undefined ? undefined : (project.volumes[source]?.name ?? source)
      return {
        type: "volume",
        ...(name === undefined ? {} : { name }),
        target,
        readonly,
        noCopy: volume.volume?.nocopy ?? false,
        ...(volume.volume?.subpath === undefined
          ? {}
          : { subpath: volume.volume.subpath, subpathLater: true as const }),
        typed
      }
    }
  }
}

const fileMount = (source: string, target: string): MountRequest => ({
  type: "bind",
  source,
  target,
  readonly: true,
  recursive: true,
  create: false,
  typed: `${source}:${target}`
})

/** Whether it is a file of the host as it is: then the container sees what becomes of it. */
const isPlain = (wish: ServiceFile, { file }: ProjectFile) =>
  file !== undefined && wish.uid === undefined && wish.gid === undefined && wish.mode === undefined

/** The secrets and configs of a service, and where each stands in its containers. */
const filesOf = (service: Service, project: Pick<Project, "configs" | "secrets">) =>
  [
    ...service.secrets.map((wish) => ({ wish, file: project.secrets[wish.source], target: secretTarget(wish) })),
    ...service.configs.map((wish) => ({ wish, file: project.configs[wish.source], target: configTarget(wish) }))
  ].flatMap(({ file, ...rest }) => (file === undefined ? [] : [{ ...rest, file }]))

const sourceOf = ({ content, environment, file }: ProjectFile): SecretWish["from"] => {
  if (file !== undefined) return { file }
  return environment === undefined ? { text: content ?? "" } : { env: environment }
}

/** Secrets and configs that are no files of the host as they are: they are read when a container starts. */
export const serviceSecrets = (
  service: Service,
  project: Pick<Project, "configs" | "secrets">
): ReadonlyArray<SecretWish> =>
  filesOf(service, project)
    .filter(({ file, wish }) => !isPlain(wish, file))
    .map(({ file, target, wish }) => ({
      id: wish.source,
      from: sourceOf(file),
      as: { type: "mount", target, uid: Number(wish.uid ?? 0), gid: Number(wish.gid ?? 0), mode: wish.mode ?? 0o444 }
    }))

/** The volumes of the project that a service has, by their names in the files. */
export const volumesOf = ({ volumes }: Service): ReadonlyArray<string> =>
  volumes.flatMap(({ source, type }) => (type === "volume" ? (source ?? []) : []))

/** The anonymous volumes of an earlier container, which another one in its place is to have. */
const keptVolumes = ({ mounts, spec }: Pick<ContainerRecord, "mounts" | "spec">): ReadonlyArray<MountRequest> =>
  mounts.flatMap((record): ReadonlyArray<MountRequest> => {
    const mount = spec.mounts.find(({ target }) => target === record.target)
    if (!record.anonymous || mount?.type !== "bind") return []
    return [{ type: "inherited", target: record.target, spec: mount, record, typed: `volume of ${record.target}` }]
  })

/** The mounts of a container of a service; `before` is the one whose place it takes. */
export const serviceMounts = (
  service: Service,
  project: Project,
  before?: Pick<ContainerRecord, "mounts" | "spec">
): ReadonlyArray<MountRequest> => {
  const kept = before === undefined ? [] : keptVolumes(before)
  const keptTargets = new Set(kept.map(({ target }) => target))
  const own = service.volumes
    .filter(({ source, target, type }) => !(type === "volume" && source === undefined && keptTargets.has(target)))
    .map((volume) => mountOf(volume, project))
  const plain = filesOf(service, project).flatMap(({ file, target, wish }) =>
    isPlain(wish, file) ? [fileMount(file.file ?? "", target)] : []
  )
  return [...kept, ...own, ...plain]
}

import type { Service, ServiceBuild, ServiceFile, ServicePort, ServiceVolume } from "../Project.ts"
import { said, sorted } from "./said.ts"

/** A port in its long form. */
export const portDocument = ({ hostIp, protocol, published, target }: ServicePort) =>
  said({ mode: "ingress", host_ip: hostIp, target, published, protocol })

/** A volume in its long form. */
export const volumeDocument = ({ bind, image, readOnly, source, target, tmpfs, type, volume }: ServiceVolume) => ({
  ...said({ type, source, target, read_only: readOnly }),
  ...(bind !== undefined && {
    bind: {
      ...said({ propagation: bind.propagation, selinux: bind.selinux, recursive: bind.recursive }),
      create_host_path: bind.createHostPath
    }
  }),
  ...said({
    volume: volume === undefined ? undefined : said({ nocopy: volume.nocopy, subpath: volume.subpath }),
    tmpfs: tmpfs === undefined ? undefined : said({ size: tmpfs.size, mode: octal(tmpfs.mode) }),
    image: image === undefined ? undefined : said({ subpath: image.subpath })
  })
})

const octal = (mode: string | undefined) => (mode === undefined ? undefined : `0${mode}`)

/** A secret or a config of a service in its long form. */
export const fileDocument = ({ gid, mode, source, target, uid }: ServiceFile) =>
  said({ source, target, uid, gid, mode: octal(mode?.toString(8)) })

/** Limits of processes: one number where soft and hard ones are the same. */
export const ulimitsDocument = (ulimits: Service["ulimits"]) =>
  sorted(ulimits, ({ hard, soft }) => (hard === soft ? soft : { soft, hard }))

/** `host:address` as `host=address`, in which no colon of an address is in the way. */
export const hostsDocument = (hosts: ReadonlyArray<string>) => hosts.map((host) => host.replace(":", "="))

/** How an image is made. */
export const buildDocument = (build: ServiceBuild) => ({
  ...said({
    context: build.context,
    dockerfile: build.dockerfile,
    dockerfile_inline: build.dockerfileInline,
    args: sorted(build.args),
    ssh: build.ssh,
    labels: sorted(build.labels),
    cache_from: build.cacheFrom,
    cache_to: build.cacheTo,
    no_cache: build.noCache,
    no_cache_filter: build.noCacheFilter,
    additional_contexts: sorted(build.additionalContexts),
    pull: build.pull,
    extra_hosts: hostsDocument(build.extraHosts),
    network: build.network,
    target: build.target,
    secrets: build.secrets.map(fileDocument),
    shm_size: build.shmSize,
    tags: build.tags,
    ulimits: ulimitsDocument(build.ulimits),
    platforms: build.platforms,
    privileged: build.privileged
  })
})

import { isRemote } from "@gantry/compose/files/path-of"
import type { Project, Service, ServiceBuild } from "@gantry/compose/Project"
import { serviceIn } from "@gantry/compose/texts/service-in"
import { flag, pairs, word, words } from "./option-words.ts"
import { imageOf } from "./service-options.ts"

/** What `compose build` was told besides. */
export interface BuildAsked {
  readonly args: ReadonlyArray<string>
  readonly memory?: string
  readonly noCache: boolean
  readonly progress?: string
  readonly pull: boolean
  readonly quiet: boolean
  readonly check: boolean
  readonly ssh?: string
}

/** Nothing besides. */
export const asWritten: BuildAsked = { args: [], noCache: false, pull: false, quiet: false, check: false }

/** A secret of a build by its file or variable; one that is neither cannot be had. */
const secretWords = (project: Project, build: ServiceBuild): ReadonlyArray<string> =>
  build.secrets.flatMap(({ source, target }) => {
    const { environment, file } = project.secrets[source] ?? {}
    const id = target ?? source
    if (file !== undefined) return [`--secret=id=${id},src=${file}`]
    return environment === undefined ? [] : [`--secret=id=${id},env=${environment}`]
  })

/** The options of `build` for a service, and its context. `inline`: where a Dockerfile that stands in the Compose file was put. */
export const buildWords = (
  project: Project,
  service: Service,
  build: ServiceBuild,
  asked: BuildAsked,
  inline?: string
): ReadonlyArray<string> => {
  const place = (text: string): string => {
    const name = serviceIn(text)
    if (name === undefined) return text
    const other = project.services[name] ?? project.disabled[name]
    return other === undefined ? text : `docker-image://${imageOf(project, other)}`
  }
  const dockerfile = inline ?? build.dockerfile
  return [
    `--tag=${imageOf(project, service)}`,
    ...words("tag", build.tags),
    // Next to a local context it is relative to that, not to where the command was typed.
    ...(dockerfile === undefined
      ? []
      : [
          `--file=${isRemote(build.context) || dockerfile.startsWith("/") ? dockerfile : `${build.context}/${dockerfile}`}`
        ]),
    ...pairs("build-arg", build.args),
    ...words("build-arg", asked.args),
    ...word("target", build.target),
    ...pairs("label", build.labels),
    ...words("cache-from", build.cacheFrom),
    ...words("cache-to", build.cacheTo),
    ...words("platform", build.platforms.length === 0 ? [service.platform ?? []].flat() : build.platforms),
    ...Object.entries(build.additionalContexts).map(([name, text]) => `--build-context=${name}=${place(text)}`),
    ...words("add-host", build.extraHosts),
    ...word("network", build.network),
    ...flag("no-cache", build.noCache || asked.noCache),
    ...words("no-cache-filter", build.noCacheFilter),
    ...flag("pull", build.pull || asked.pull),
    ...(build.privileged ? ["--allow=security.insecure"] : []),
    ...secretWords(project, build),
    ...words("ssh", asked.ssh === undefined ? build.ssh : [asked.ssh]),
    ...word("shm-size", build.shmSize),
    ...Object.entries(build.ulimits).map(([name, { hard, soft }]) => `--ulimit=${name}=${soft}:${hard}`),
    ...word("memory", asked.memory),
    ...word("progress", asked.progress),
    ...flag("quiet", asked.quiet),
    ...flag("check", asked.check),
    build.context
  ]
}

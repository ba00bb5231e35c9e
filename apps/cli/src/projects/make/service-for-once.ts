import { resolve } from "node:path"
import type { Project, Service } from "@gantry/compose/Project"
import { splitWords } from "@gantry/compose/texts/words"
import * as Effect from "effect/Effect"
import type { Values } from "../../argv/Option.ts"
import type { run } from "../../argv/tables/projects/working.ts"
import { Usage } from "../../commands/Usage.ts"
import { homeOf } from "../../home-path.ts"

/** What `compose run` was asked for. */
export type RunAsked = Values<(typeof run)["options"]>

const without = (names: ReadonlyArray<string>, others: ReadonlyArray<string>) =>
  names.filter((name) => !others.includes(name))

/**
 * A service as it is for one command: without ports, unless they are asked for, never started again, and with a command
 * line that fills what it is told.
 */
export const serviceForOnce = (
  service: Service,
  command: ReadonlyArray<string>,
  tty: boolean,
  asked: RunAsked
): Effect.Effect<Service, Usage> => {
  const { containerName: _, restart: __, ...rest } = service
  const { capAdd, capDrop, entrypoint } = asked
  const words = entrypoint === undefined ? undefined : splitWords(entrypoint)
  if (words !== undefined && "problem" in words) {
    return new Usage({
      message: `--entrypoint cannot be split into words: ${words.problem}`,
      hint: `close the quote: --entrypoint "sh -c 'echo hello'"`,
      status: 1,
      speaker: "plain"
    })
  }
  return Effect.succeed({
    ...rest,
    ports: asked.servicePorts ? service.ports : [],
    tty,
    stdinOpen: asked.interactive && !asked.detach,
    ...(command.length === 0 ? {} : { command }),
    ...(words === undefined ? {} : { entrypoint: words.value, command }),
    ...(asked.user === undefined ? {} : { user: asked.user }),
    ...(asked.workdir === undefined ? {} : { workingDir: asked.workdir }),
    capAdd: [...without(service.capAdd, capDrop), ...capAdd],
    capDrop: [...without(service.capDrop, capAdd), ...capDrop]
  })
}

/** What stands before the first colon of a volume; nothing of an anonymous one. */
const sourceOf = (text: string): string | undefined => (text.includes(":") ? text.split(":", 1)[0] : undefined)

/** Volumes of the project, by their names in the files, that `compose run` was asked for. */
export const volumesForOnce = ({ volumes }: Pick<Project, "volumes">, asked: RunAsked): ReadonlyArray<string> =>
  asked.volume.flatMap((text) => {
    const source = sourceOf(text)
    return source !== undefined && Object.hasOwn(volumes, source) ? [source] : []
  })

/** A volume of the command line: paths are those of whoever types, names those of the project's volumes. */
const volumeWord = (text: string, { volumes }: Pick<Project, "volumes">, cwd: string): string => {
  const source = sourceOf(text)
  if (source === undefined) return text
  const rest = text.slice(source.length)
  if (/^\.{1,2}(?:\/|$)/.test(source)) return `${resolve(cwd, source)}${rest}`
  if (/^~(?:\/|$)/.test(source)) return `${homeOf({})}${source.slice(1)}${rest}`
  return `${(Object.hasOwn(volumes, source) ? volumes[source]?.name : undefined) ?? source}${rest}`
}

/** The options of `create` that `compose run` adds to those of the service. */
export const wordsForOnce = (
  asked: RunAsked,
  project: Pick<Project, "volumes">,
  cwd: string
): ReadonlyArray<string> => [
  ...asked.envFromFile.map((each) => `--env-file=${resolve(cwd, each)}`),
  ...asked.env.map((each) => `--env=${each}`),
  ...asked.label.map((each) => `--label=${each}`),
  ...asked.publish.map((each) => `--publish=${each}`),
  ...asked.volume.map((each) => `--volume=${volumeWord(each, project, cwd)}`),
  ...(asked.rm ? ["--rm"] : [])
]

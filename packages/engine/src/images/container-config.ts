import type { ImageConfig, ProcessConfig } from "@gantry/core/image/ImageConfig"
import type { ContainerRecord } from "../containers/ContainerRecord.ts"
import { defaultPath } from "../containers/make-spec.ts"
import { stopSignalOf } from "../containers/words.ts"

/**
 * The settings of an image that runs what a container runs: those of its own image, and what the container was created
 * with. What every container gets anyway is left out: its host name, the terminal's kind, the usual search path.
 */
export const containerConfig = (
  { config }: Pick<ImageConfig, "config">,
  record: Pick<ContainerRecord, "labels" | "mounts" | "options" | "spec">
): ProcessConfig => {
  const { OnBuild: _, ...image } = config
  const { options, spec } = record
  const { command, entrypoint, exposed } = options
  const { cwd, user } = spec.process
  const own = new Set([`HOSTNAME=${spec.hostname}`, "TERM=xterm", `PATH=${defaultPath}`])
  const env = spec.process.env.filter((entry) => !own.has(entry) || (image.Env ?? []).includes(entry))
  const volumes = [
    ...Object.keys(image.Volumes ?? {}),
    ...record.mounts.filter(({ anonymous }) => anonymous).map(({ target }) => target)
  ]
  const signal = stopSignalOf(image)
  const rest: Record<string, unknown> = { ...image }
  for (const name of ["Cmd", "Entrypoint", "Env", "ExposedPorts", "Labels", "User", "Volumes"]) delete rest[name]
  return {
    ...rest,
    ...(user === "" ? {} : { User: user }),
    ...(exposed.length === 0 ? {} : { ExposedPorts: namesOf(exposed) }),
    ...(env.length === 0 ? {} : { Env: env }),
    ...(entrypoint.length === 0 ? {} : { Entrypoint: entrypoint }),
    ...(command.length === 0 ? {} : { Cmd: command }),
    ...(volumes.length === 0 ? {} : { Volumes: namesOf(volumes) }),
    ...(cwd === "/" && image.WorkingDir === undefined ? {} : { WorkingDir: cwd }),
    ...(Object.keys(record.labels).length === 0 ? {} : { Labels: record.labels }),
    ...(signal === options.stopSignal ? {} : { StopSignal: String(options.stopSignal) })
  }
}

/** Names as Go programs write a set, sorted. */
const namesOf = (names: ReadonlyArray<string>): { readonly [name: string]: Record<string, never> } =>
  Object.fromEntries([...new Set(names)].toSorted().map((name) => [name, {}]))

import type { Healthcheck, ProcessConfig } from "@gantry/core/image/ImageConfig"
import type { HealthRule } from "@gantry/core/runtime/Runtime"
import type { HealthSettings } from "./ContainerRecord.ts"
import type { HealthWish } from "./RunOptions.ts"

/** Source: Dockerfile reference, HEALTHCHECK. Milliseconds. */
const usual: HealthRule = {
  interval: 30_000,
  timeout: 30_000,
  startPeriod: 0,
  startInterval: 5_000,
  retries: 3,
  onFailure: "none"
}

/** A count of nanoseconds in milliseconds, at least one; nothing for what is absent or 0, which means the usual. */
const milliseconds = (nanoseconds: number | undefined): number | undefined =>
  nanoseconds === undefined || nanoseconds === 0 ? undefined : Math.max(1, Math.round(nanoseconds / 1e6))

const ofImage = ({ Interval, Retries, StartInterval, StartPeriod, Timeout }: Healthcheck): Partial<HealthRule> =>
  present({
    interval: milliseconds(Interval),
    timeout: milliseconds(Timeout),
    startPeriod: milliseconds(StartPeriod),
    startInterval: milliseconds(StartInterval),
    retries: Retries === 0 ? undefined : Retries
  })

type Loose<A> = { readonly [Name in keyof A]?: A[Name] | undefined }

/** A record without the fields that are not there. */
const present = <A extends object>(record: Loose<A>): Partial<A> =>
  Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined)) as Partial<A>

/**
 * How a container's health is looked at: what was asked for, then what the image says, then the usual. Nothing when
 * there is no command to ask, or it was switched off.
 */
export const healthSettings = (
  { Healthcheck: image = {}, Shell = ["/bin/sh", "-c"] }: Pick<ProcessConfig, "Healthcheck" | "Shell">,
  wish: HealthWish = { none: false }
): HealthSettings | undefined => {
  if (wish.none) return undefined
  const { none: _, test: wished, ...rule } = wish
  const test = wished ?? image.Test ?? []
  if (test.length < 2) return undefined
  return { ...usual, ...ofImage(image), ...present<HealthRule>(rule), test, shell: Shell }
}

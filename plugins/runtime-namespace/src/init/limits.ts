import {
  RLIM_INFINITY,
  RLIMIT_AS,
  RLIMIT_CORE,
  RLIMIT_CPU,
  RLIMIT_DATA,
  RLIMIT_FSIZE,
  RLIMIT_LOCKS,
  RLIMIT_MEMLOCK,
  RLIMIT_MSGQUEUE,
  RLIMIT_NICE,
  RLIMIT_NOFILE,
  RLIMIT_NPROC,
  RLIMIT_RSS,
  RLIMIT_RTPRIO,
  RLIMIT_RTTIME,
  RLIMIT_SIGPENDING,
  RLIMIT_STACK
} from "@gantry/linux/constants"
import type { ProcessSpec } from "@gantry/core/runtime/ContainerSpec"
import type { Kernel } from "@gantry/linux/container/Kernel"
import { stage, StageFailure } from "@gantry/linux/container/StageFailure"

const numbers: { readonly [name: string]: number } = {
  as: RLIMIT_AS,
  core: RLIMIT_CORE,
  cpu: RLIMIT_CPU,
  data: RLIMIT_DATA,
  fsize: RLIMIT_FSIZE,
  locks: RLIMIT_LOCKS,
  memlock: RLIMIT_MEMLOCK,
  msgqueue: RLIMIT_MSGQUEUE,
  nice: RLIMIT_NICE,
  nofile: RLIMIT_NOFILE,
  nproc: RLIMIT_NPROC,
  rss: RLIMIT_RSS,
  rtprio: RLIMIT_RTPRIO,
  rttime: RLIMIT_RTTIME,
  sigpending: RLIMIT_SIGPENDING,
  stack: RLIMIT_STACK
}

/** Open files of a container that asks for nothing: what servers need, and what old programs can still count through. */
const mostFiles = 1_048_576n

const valueOf = (value: number): bigint => (value < 0 ? RLIM_INFINITY : BigInt(value))

/**
 * Lets limits be set later that are higher than this process' own, by root of a namespace of users. Lower ones would be in
 * the way until then.
 */
export const raiseLimits = ({ sys }: Kernel, process: ProcessSpec): void => {
  for (const { hard, name } of process.rlimits) {
    const resource = Object.hasOwn(numbers, name) ? numbers[name] : undefined
    if (resource === undefined) continue
    stage(`limit ${name}`, () => {
      const now = sys.getrlimit(resource)
      if (valueOf(hard) > now.hard) sys.setrlimit(resource, { ...now, hard: valueOf(hard) })
    })
  }
}

/**
 * Sets resource limits. Without a wish for `nofile` both limits become the host's, at most 1048576: the JavaScript
 * runtimes change the soft one at their start, so what was inherited is unknown.
 */
export const applyLimits = ({ files, sys }: Kernel, process: ProcessSpec, isRestricted: boolean): void => {
  if (!process.rlimits.some(({ name }) => name === "nofile")) {
    stage("limit nofile", () => {
      const { hard } = sys.getrlimit(RLIMIT_NOFILE)
      const most = hard < mostFiles ? hard : mostFiles
      sys.setrlimit(RLIMIT_NOFILE, { soft: most, hard: most })
    })
  }
  for (const { hard, name, soft } of process.rlimits) {
    stage(`limit ${name}`, () => {
      const resource = Object.hasOwn(numbers, name) ? numbers[name] : undefined
      if (resource === undefined) throw new StageFailure(`limit ${name}`, "there is no such limit")
      sys.setrlimit(resource, { soft: valueOf(soft), hard: valueOf(hard) })
    })
  }
  if (process.oomScoreAdj !== undefined) {
    const wanted = process.oomScoreAdj
    const path = "/proc/self/oom_score_adj"
    // Only the host's root makes a process less likely to be ended than its starter.
    const least = !isRestricted ? wanted : Number(files.read(path))
    stage("set oom_score_adj", () => files.write(path, String(Math.max(wanted, least))))
  }
}

import type { Service, ServicePort } from "@gantry/compose/Project"
import { longName } from "../../argv/Option.ts"
import { flag, pairs, word, words } from "./option-words.ts"

/** A port as `--publish` has it. */
export const publishText = ({ hostIp, protocol, published, target }: ServicePort): string => {
  const host = hostIp === undefined ? "" : `${hostIp.includes(":") ? `[${hostIp}]` : hostIp}:`
  // Between two colons nothing stands for any port.
  const from = published === undefined ? (host === "" ? "" : ":") : `${published}:`
  return `${host}${from}${target}/${protocol}`
}

const limitWords = ({ resources }: Service): ReadonlyArray<string> => [
  ...word("cpus", resources.cpus),
  ...word("cpu-shares", resources.cpuShares),
  ...word("cpu-period", resources.cpuPeriod),
  ...word("cpu-quota", resources.cpuQuota),
  ...word("cpuset-cpus", resources.cpusetCpus),
  ...word("memory", resources.memory),
  ...word("memory-reservation", resources.memoryReservation),
  ...word("memory-swap", resources.memorySwap),
  ...word("memory-swappiness", resources.memorySwappiness),
  ...word("pids-limit", resources.pidsLimit),
  ...flag("oom-kill-disable", resources.oomKillDisable),
  ...word("oom-score-adj", resources.oomScoreAdj),
  ...word("shm-size", resources.shmSize),
  ...word("blkio-weight", resources.blkioWeight),
  ...Object.entries(resources.blkio ?? {}).flatMap(([name, values]) => words(longName(name), values))
]

const healthWords = ({ healthcheck }: Service): ReadonlyArray<string> =>
  healthcheck === undefined
    ? []
    : [
        ...flag("no-healthcheck", healthcheck.disable),
        ...word("health-interval", healthcheck.interval),
        ...word("health-timeout", healthcheck.timeout),
        ...word("health-retries", healthcheck.retries),
        ...word("health-start-period", healthcheck.startPeriod),
        ...word("health-start-interval", healthcheck.startInterval)
      ]

/**
 * The options of `create` that a service comes to, without what a command line has no words for or other parts decide:
 * its name, networks, mounts, labels, command, and whose namespaces it shares.
 */
export const serviceWords = (service: Service): ReadonlyArray<string> => [
  ...words("publish", service.ports.map(publishText)),
  ...words("expose", service.expose),
  // A name alone takes a variable away: whoever makes the container does not have it.
  ...words(
    "env",
    Object.entries(service.environment).map(([name, value]) => (value === null ? name : `${name}=${value}`))
  ),
  ...pairs("annotation", service.annotations),
  ...words("tmpfs", service.tmpfs),
  ...word("platform", service.platform),
  ...word("hostname", service.hostname),
  ...word("domainname", service.domainname),
  ...word("user", service.user),
  ...words("group-add", service.groupAdd),
  ...word("workdir", service.workingDir),
  ...flag("tty", service.tty),
  ...flag("interactive", service.stdinOpen),
  ...flag("init", service.init),
  ...flag("privileged", service.privileged),
  ...flag("read-only", service.readOnly),
  ...words("cap-add", service.capAdd),
  ...words("cap-drop", service.capDrop),
  ...words("security-opt", service.securityOpt),
  ...words("device", service.devices),
  ...words("device-cgroup-rule", service.deviceCgroupRules),
  ...words("dns", service.dns),
  ...words("dns-option", service.dnsOpt),
  ...words("dns-search", service.dnsSearch),
  ...words("add-host", service.extraHosts),
  ...pairs("sysctl", service.sysctls),
  ...pairs("storage-opt", service.storageOpt),
  ...words(
    "ulimit",
    Object.entries(service.ulimits).map(([name, { hard, soft }]) => `${name}=${soft}:${hard}`)
  ),
  ...word("log-driver", service.logging?.driver),
  ...pairs("log-opt", service.logging?.options ?? {}),
  ...word("restart", service.restart),
  ...word("runtime", service.runtime),
  ...word("stop-signal", service.stopSignal),
  ...word("stop-timeout", service.stopGracePeriod),
  ...word("uts", service.uts),
  ...word("cgroupns", service.cgroup),
  ...word("userns", service.usernsMode),
  ...word("cgroup-parent", service.cgroupParent),
  ...limitWords(service),
  ...healthWords(service)
]

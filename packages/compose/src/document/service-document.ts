import type { Healthcheck, Service, ServiceNetwork, ServiceResources, VolumesFromService } from "../Project.ts"
import { durationText } from "../read/measures.ts"
import { blkioNames } from "../service/resources.ts"
import { buildDocument, fileDocument, hostsDocument, portDocument, ulimitsDocument, volumeDocument } from "./parts.ts"
import { developDocument, hookDocument } from "./develop-document.ts"
import { said, sorted } from "./said.ts"

/** A service with everything in its long form. */
export const serviceDocument = (service: Service) => {
  const { resources } = service
  return {
    ...said({
      profiles: service.profiles,
      annotations: sorted(service.annotations)
    }),
    ...(!service.attach && { attach: false }),
    ...said({
      build: service.build === undefined ? undefined : buildDocument(service.build),
      blkio_config: blkioDocument(resources),
      cap_add: service.capAdd,
      cap_drop: service.capDrop,
      cgroup_parent: service.cgroupParent,
      cgroup: service.cgroup,
      cpu_period: whole(resources.cpuPeriod),
      cpu_quota: whole(resources.cpuQuota),
      cpus: whole(resources.cpus),
      cpuset: resources.cpusetCpus,
      cpu_shares: whole(resources.cpuShares)
    }),
    // An empty command is not no command.
    ...(service.command !== undefined && { command: service.command }),
    ...said({
      configs: service.configs.map(fileDocument),
      container_name: service.containerName,
      depends_on: sorted(service.dependsOn, ({ condition, required, restart }) => ({
        condition,
        ...(restart && { restart }),
        required
      })),
      develop: service.develop === undefined ? undefined : developDocument(service.develop),
      device_cgroup_rules: service.deviceCgroupRules,
      devices: service.devices,
      dns: service.dns,
      dns_opt: service.dnsOpt,
      dns_search: service.dnsSearch,
      domainname: service.domainname
    }),
    ...(service.entrypoint !== undefined && { entrypoint: service.entrypoint }),
    ...said({
      environment: sorted(service.environment),
      expose: service.expose,
      extra_hosts: hostsDocument(service.extraHosts),
      group_add: service.groupAdd,
      hostname: service.hostname,
      healthcheck: service.healthcheck === undefined ? undefined : healthDocument(service.healthcheck),
      image: service.image
    }),
    ...(service.init !== undefined && { init: service.init }),
    ...said({
      ipc: service.ipc,
      labels: sorted(service.labels),
      links: service.links.map(({ alias, service: name }) => (alias === name ? name : `${name}:${alias}`)),
      logging:
        service.logging === undefined
          ? undefined
          : said({ driver: service.logging.driver, options: sorted(service.logging.options) }),
      mem_limit: resources.memory,
      mem_reservation: resources.memoryReservation,
      memswap_limit: resources.memorySwap,
      mem_swappiness: whole(resources.memorySwappiness),
      mac_address: service.macAddress,
      network_mode: service.networkMode,
      networks: networksDocument(service.networks),
      oom_kill_disable: resources.oomKillDisable,
      oom_score_adj: whole(resources.oomScoreAdj),
      pid: service.pid,
      pids_limit: whole(resources.pidsLimit),
      platform: service.platform,
      ports: service.ports.map(portDocument),
      post_start: service.postStart?.map(hookDocument),
      pre_stop: service.preStop?.map(hookDocument),
      privileged: service.privileged,
      pull_policy: service.pullPolicy,
      read_only: service.readOnly,
      restart: service.restart,
      runtime: service.runtime
    }),
    ...(service.scale !== 1 && { scale: service.scale }),
    ...said({
      secrets: service.secrets.map(fileDocument),
      security_opt: service.securityOpt,
      shm_size: resources.shmSize,
      stdin_open: service.stdinOpen,
      stop_grace_period:
        service.stopGracePeriod === undefined ? undefined : durationText(Math.round(service.stopGracePeriod * 1e9)),
      stop_signal: service.stopSignal,
      storage_opt: sorted(service.storageOpt),
      sysctls: sorted(service.sysctls),
      tmpfs: service.tmpfs,
      tty: service.tty,
      ulimits: ulimitsDocument(service.ulimits),
      user: service.user,
      userns_mode: service.usernsMode,
      uts: service.uts,
      volumes: service.volumes.map(volumeDocument),
      volumes_from: service.volumesFrom.map(fromDocument),
      working_dir: service.workingDir
    }),
    ...sorted(service.extensions)
  }
}

const whole = (text: string | undefined) => (text === undefined ? undefined : Number(text))

const blkioDocument = ({ blkio = {}, blkioWeight }: ServiceResources) =>
  said({
    weight: whole(blkioWeight),
    ...Object.fromEntries(
      Object.entries(blkio).flatMap(([option, limits]) => {
        const known = blkioNames.get(option)
        return known === undefined
          ? []
          : [[known.name, limits.map((limit) => limitDocument(limit, known.value))] as const]
      })
    )
  })

/** `PATH:LIMIT`. */
const limitDocument = (limit: string, value: "rate" | "weight") => {
  const colon = limit.lastIndexOf(":")
  const amount = limit.slice(colon + 1)
  return { path: limit.slice(0, colon), [value]: value === "weight" ? Number(amount) : amount }
}

const healthDocument = ({ disable, interval, retries, startInterval, startPeriod, test, timeout }: Healthcheck) =>
  said({
    test,
    timeout,
    interval,
    retries,
    start_period: startPeriod,
    start_interval: startInterval,
    disable
  })

/** By name. Their order is their priority, which is said where it is another than that of the names. */
const networksDocument = (networks: Service["networks"]) => {
  const names = Object.keys(networks)
  const usual = names.every((name, index) => index === 0 || names[index - 1]! < name)
  return sorted(networks, (network, name) => {
    const document = networkDocument(network, usual ? 0 : names.length - 1 - names.indexOf(name))
    return Object.keys(document).length === 0 ? null : document
  })
}

const networkDocument = ({ aliases, ipv4Address, ipv6Address, macAddress }: ServiceNetwork, priority: number) =>
  said({
    aliases,
    ipv4_address: ipv4Address,
    ipv6_address: ipv6Address,
    mac_address: macAddress,
    priority: priority === 0 ? undefined : priority
  })

const fromDocument = ({ from, name, readOnly }: VolumesFromService) =>
  `${from === "container" ? "container:" : ""}${name}${readOnly ? ":ro" : ""}`

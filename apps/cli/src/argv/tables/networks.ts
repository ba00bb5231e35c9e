import type { Command } from "../Command.ts"
import { names } from "./names.ts"
import { objectFormat, tableOptions } from "./table-options.ts"

/** `gantry network connect`. */
export const networkConnect = {
  ...names.networkConnect,
  usage: "[OPTIONS] NETWORK CONTAINER",
  interspersed: true,
  operands: { min: 2, max: 2 },
  options: {
    alias: { kind: "list", about: "Further name of the container in the network" },
    gwPriority: { kind: "text", about: "The way out leads through the network with the highest; 0 when absent" },
    ip: { kind: "text", about: "IPv4 address in the network, such as 172.30.100.104" },
    ip6: { kind: "text", about: "IPv6 address in the network, such as 2001:db8::33" },

    driverOpt: { kind: "list", about: "Option of the driver", supported: false },
    link: { kind: "list", about: "Link to another container", supported: false },
    linkLocalIp: { kind: "list", about: "Link-local addresses", supported: false }
  }
} as const satisfies Command

/** `gantry network disconnect`. */
export const networkDisconnect = {
  ...names.networkDisconnect,
  usage: "[OPTIONS] NETWORK CONTAINER",
  interspersed: true,
  operands: { min: 2, max: 2 },
  options: { force: { kind: "flag", short: "f", about: "Give back also what a container holds that is gone" } }
} as const satisfies Command

/** `gantry network create`. */
export const networkCreate = {
  ...names.networkCreate,
  usage: "[OPTIONS] NETWORK",
  interspersed: true,
  operands: { min: 1, max: 1 },
  options: {
    driver: { kind: "text", short: "d", about: "Kind of network: bridge, which is the only one" },
    gateway: { kind: "list", about: "Address of the host in the network; with --ipv6 one of each kind" },
    internal: { kind: "flag", about: "No way out of the network" },
    label: { kind: "list", about: "Label of the network" },
    ipRange: { kind: "list", about: "Part of a subnet that addresses are given out from, as 10.1.0.128/25" },
    ipv6: { kind: "flag", about: "IPv6 addresses besides IPv4 ones" },
    auxAddress: { kind: "list", about: "Address that is not given out, with what it is for: router=10.1.0.2" },
    opt: {
      kind: "list",
      short: "o",
      about:
        "Option of the driver: com.docker.network.driver.mtu, com.docker.network.bridge. with name, enable_icc, enable_ip_masquerade or host_binding_ipv4"
    },
    subnet: { kind: "list", about: "Addresses of the network, as 10.1.0.0/24; with --ipv6 also as fd00:1::/64" },

    attachable: { kind: "flag", about: "Let containers attach by hand", ignored: "every network here is attachable" },
    configFrom: { kind: "text", about: "Network to copy from", supported: false },
    configOnly: { kind: "flag", about: "Make a configuration only", supported: false },
    ingress: { kind: "flag", about: "Network of a swarm", supported: false },
    ipamDriver: { kind: "text", about: "Who gives out addresses", supported: false, harmless: ["default"] },
    ipamOpt: { kind: "list", about: "Option of who gives out addresses", supported: false },
    ipv4: { kind: "flag", fallback: true, about: "IPv4 addresses, which every network here has" },
    scope: { kind: "text", about: "Reach of the network", supported: false, harmless: ["local"] }
  }
} as const satisfies Command

/** `gantry network inspect`. */
export const networkInspect = {
  ...names.networkInspect,
  usage: "[OPTIONS] NETWORK [NETWORK...]",
  interspersed: true,
  operands: { min: 1 },
  options: {
    format: objectFormat,
    verbose: { kind: "flag", short: "v", about: "More for diagnosis", ignored: "all there is is always shown" }
  }
} as const satisfies Command

/** `gantry network ls`. */
export const networkLs = {
  ...names.networkLs,
  usage: "[OPTIONS]",
  interspersed: true,
  operands: { min: 0, max: 0 },
  options: {
    filter: {
      kind: "list",
      pairs: true,
      short: "f",
      value: "filter",
      about: "Show only what matches: dangling=true, driver=x, id=x, label=x, name=x, scope=local, type=custom"
    },
    ...tableOptions
  }
} as const satisfies Command

/** `gantry network rm`. */
export const networkRm = {
  ...names.networkRm,
  usage: "[OPTIONS] NETWORK [NETWORK...]",
  interspersed: true,
  operands: { min: 1 },
  options: { force: { kind: "flag", short: "f", about: "Succeed when there is no such network" } }
} as const satisfies Command

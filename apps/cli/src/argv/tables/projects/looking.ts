import type { Command } from "../../Command.ts"
import { projectNames, services } from "./names.ts"

const format = { kind: "text", about: 'Form of the output ("table", "json", or a Go template)' } as const

const quiet = { kind: "flag", short: "q", about: "Print IDs only" } as const

/** `gantry compose ps`. */
export const ps = {
  ...projectNames.ps,
  ...services,
  options: {
    all: { kind: "flag", short: "a", about: "Show all containers, also those of compose run" },
    filter: { kind: "list", value: "filter", about: "Filter by a property; there is status" },
    status: { kind: "list", about: "Show containers of this status only" },
    services: { kind: "flag", about: "Print the names of services" },
    orphans: { kind: "flag", fallback: true, about: "Show containers of services that the files do not have" },
    noTrunc: { kind: "flag", about: "Do not shorten" },
    format,
    quiet
  }
} as const satisfies Command

/** `gantry compose logs`. */
export const logs = {
  ...projectNames.logs,
  ...services,
  options: {
    follow: { kind: "flag", short: "f", about: "Go on with what comes" },
    index: { kind: "number", about: "Number of the container, of several" },
    noColor: { kind: "flag", about: "Do not colour names" },
    noLogPrefix: { kind: "flag", about: "Do not show names before lines" },
    since: { kind: "text", about: "Lines since a time, or a duration such as 42m" },
    tail: { kind: "text", short: "n", about: 'Lines from the end of each log (default "all")' },
    timestamps: { kind: "flag", short: "t", about: "Show times" },
    until: { kind: "text", about: "Lines before a time, or a duration such as 42m" }
  }
} as const satisfies Command

/** `gantry compose config`. */
export const config = {
  ...projectNames.config,
  ...services,
  options: {
    environment: { kind: "flag", about: "Print the variables that the files were read with" },
    format: { kind: "text", about: 'Form of the output ("yaml", "json") (default "yaml")' },
    hash: { kind: "text", value: "services", about: "Print the hash of services, comma-separated; * for all" },
    images: { kind: "flag", about: "Print the names of images" },
    lockImageDigests: { kind: "flag", about: "Print a file that overrides images with what they are now, by digest" },
    networks: { kind: "flag", about: "Print the names of networks" },
    noConsistency: { kind: "flag", about: "Do not check", ignored: "what contradicts itself is always told" },
    noInterpolate: { kind: "flag", about: "Leave variables as they are" },
    noNormalize: { kind: "flag", about: "Leave out what the files do not say" },
    noPathResolution: { kind: "flag", about: "Leave paths as they are" },
    output: { kind: "text", short: "o", value: "file", about: "Write to a file" },
    profiles: { kind: "flag", about: "Print the names of profiles" },
    quiet: { kind: "flag", short: "q", about: "Only check" },
    resolveImageDigests: { kind: "flag", about: "Show images by what they are now, by digest" },
    services: { kind: "flag", about: "Print the names of services" },
    variables: { kind: "flag", about: "Print the variables that the files refer to" },
    volumes: { kind: "flag", about: "Print the names of volumes" }
  }
} as const satisfies Command

/** `gantry compose images`. */
export const images = { ...projectNames.images, ...services, options: { format, quiet } } as const satisfies Command

/** `gantry compose volumes`. */
export const volumes = {
  ...projectNames.volumes,
  ...services,
  options: { format, quiet: { ...quiet, about: "Print names only" } }
} as const satisfies Command

/** `gantry compose ls`. */
export const list = {
  ...projectNames.list,
  usage: "[OPTIONS]",
  interspersed: true,
  operands: { min: 0, max: 0 },
  options: {
    all: { kind: "flag", short: "a", about: "Show also projects of which nothing runs" },
    filter: { kind: "list", value: "filter", about: "Filter by a property; there is name" },
    format,
    quiet: { ...quiet, about: "Print names only" }
  }
} as const satisfies Command

/** `gantry compose port`. */
export const port = {
  ...projectNames.port,
  usage: "[OPTIONS] SERVICE PRIVATE_PORT",
  interspersed: true,
  operands: { min: 2, max: 2 },
  options: {
    index: { kind: "number", about: "Number of the container, of several" },
    protocol: { kind: "text", about: 'Protocol, tcp or udp (default "tcp")' }
  }
} as const satisfies Command

/** `gantry compose top`. */
export const top = { ...projectNames.top, ...services, options: {} } as const satisfies Command

/** `gantry compose stats`. */
export const stats = {
  ...projectNames.stats,
  ...services,
  options: {
    all: { kind: "flag", short: "a", about: "Show all containers, not only those that run" },
    format,
    noStream: { kind: "flag", about: "Print once and end" },
    noTrunc: { kind: "flag", about: "Do not shorten" }
  }
} as const satisfies Command

/** `gantry compose events`. */
export const events = {
  ...projectNames.events,
  ...services,
  options: {
    json: { kind: "flag", about: "Print JSON objects" },
    since: { kind: "text", about: "Events since a time" },
    until: { kind: "text", about: "Events until a time" }
  }
} as const satisfies Command

/** `gantry compose version`. */
export const version = {
  ...projectNames.version,
  usage: "[OPTIONS]",
  interspersed: true,
  operands: { min: 0, max: 0 },
  options: {
    format: { kind: "text", short: "f", about: 'Form of the output ("pretty", "json")' },
    short: { kind: "flag", about: "Print the number only" }
  }
} as const satisfies Command

import { parsePort } from "../texts/port-text.ts"
import { plainData } from "../tree/plain-data.ts"
import { valueOf, type Tree } from "../tree/Tree.ts"

/** How a value is merged with the one that it overrides. */
export interface Rule {
  /** Of fields by name. */
  readonly fields?: { readonly [name: string]: Rule }
  /** Of all other fields. */
  readonly others?: Rule
  /**
   * `replace`: nothing of the overridden one stays. `names`: a field without a value overrides, too. `driver`: only with
   * the same `driver` anything stays. Otherwise fields are merged, and lists are joined.
   */
  readonly how?: "driver" | "names" | "replace"
  /** What tells items of a list apart; a later item takes the place of an earlier one with the same. */
  readonly key?: (item: Tree) => string | undefined
}

const text = (tree: Tree | undefined): string | undefined => (tree?.kind === "scalar" ? tree.text : undefined)

const by =
  (name: string) =>
  (item: Tree): string | undefined =>
    text(valueOf(item, name))

const names: Rule = { how: "names" }
const replace: Rule = { how: "replace" }

/** A secret or a config has one place in a container. */
const fileKey =
  (directory: string) =>
  (item: Tree): string | undefined => {
    const source = text(valueOf(item, "source"))
    const target = text(valueOf(item, "target")) ?? source
    if (target === undefined) return undefined
    return target.startsWith("/") ? target : `${directory}/${target}`
  }

/** Where a port is published, in its short form as in its long one. */
const portKey = (item: Tree): string | undefined => {
  if (item.kind === "scalar") return shortPortKey(item.text)
  const part = (name: string, usual: string) => text(valueOf(item, name)) ?? usual
  const target = text(valueOf(item, "target"))
  return target === undefined
    ? undefined
    : [part("host_ip", "0.0.0.0"), part("published", ""), target, part("protocol", "tcp")].join(" ")
}

const shortPortKey = (short: string): string => {
  const parsed = parsePort(short)
  if ("problem" in parsed) return short
  const { hostIp = "0.0.0.0", protocol, published, targets } = parsed.value
  const range = (ports: readonly [number, number] | undefined) => [...new Set(ports)].join("-")
  return [hostIp, range(published), range(targets), protocol].join(" ")
}

/** `SOURCE[:TARGET[:RIGHTS]]`, or a table. */
const deviceKey = (item: Tree): string | undefined => {
  if (item.kind === "scalar") return item.text.split(":")[1] ?? item.text
  return text(valueOf(item, "target")) ?? text(valueOf(item, "source"))
}

/** Items that say the same are one. */
const whole = (item: Tree): string => JSON.stringify(plainData(item))

/** Of a service. */
export const serviceRule: Rule = {
  fields: {
    annotations: names,
    blkio_config: { others: { key: by("path") } },
    build: {
      fields: {
        additional_contexts: names,
        args: names,
        labels: names,
        secrets: { key: fileKey("/run/secrets") }
      }
    },
    command: replace,
    configs: { key: fileKey("") },
    deploy: { fields: { labels: names } },
    develop: { fields: { watch: { key: whole } } },
    devices: { key: deviceKey },
    entrypoint: replace,
    env_file: { key: by("path") },
    environment: names,
    healthcheck: { fields: { test: replace } },
    labels: names,
    logging: { how: "driver" },
    ports: { key: portKey },
    post_start: { key: whole },
    pre_stop: { key: whole },
    secrets: { key: fileKey("/run/secrets") },
    sysctls: names,
    volumes: { key: by("target") }
  }
}

const labelled: Rule = { others: { fields: { labels: names } } }

/** Of a whole Compose file. */
export const modelRule: Rule = {
  fields: {
    services: { others: serviceRule },
    networks: { others: { fields: { labels: names, ipam: { fields: { config: { key: by("subnet") } } } } } },
    volumes: labelled,
    secrets: labelled,
    configs: labelled
  }
}

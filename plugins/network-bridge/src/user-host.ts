import { askHolder } from "@gantry/linux/user-network"
import type { Syscalls } from "@gantry/linux/Syscalls"
import type { Filter } from "./Filter.ts"
import { type Host, makeHost } from "./Host.ts"
import { tableName } from "./names.ts"

/** The name under which the holder of a user's namespaces performs what networks need of a host. */
export const hostAction = "network-host"

/** Methods of the host, and those of its filter as `filter.name`. */
type Method = Exclude<keyof Host, "filter" | "reassembles" | "table"> | `filter.${keyof Filter}`

/**
 * The host of an ordinary user's networks, seen from a process of that user that is in the real host's network: links
 * and rules are those of the network in which the user's containers meet.
 */
export const userHost = (sys: Syscalls, instance: string): Host => {
  const ask =
    (method: Method) =>
    (...args: ReadonlyArray<unknown>): unknown =>
      askHolder(sys, hostAction, instance, method, args) ?? undefined
  const here = makeHost(sys, instance)
  return {
    table: tableName(instance),
    // What the real host can reach must stay within reach: its ways are ways out of here.
    taken: () => [...(ask("taken")() as ReturnType<Host["taken"]>), ...here.taken()],
    ipv6: () => {
      const there = ask("ipv6")() as ReturnType<Host["ipv6"]>
      return { ...there, taken: [...there.taken, ...here.ipv6().taken] }
    },
    reassembles: true,
    uplinkMtu: ask("uplinkMtu") as Host["uplinkMtu"],
    ready: ask("ready") as Host["ready"],
    bringUp: ask("bringUp") as Host["bringUp"],
    applyRules: ask("applyRules") as Host["applyRules"],
    takeDown: ask("takeDown") as Host["takeDown"],
    hasLink: ask("hasLink") as Host["hasLink"],
    removeLink: ask("removeLink") as Host["removeLink"],
    filter: {
      hasTable: ask("filter.hasTable") as Filter["hasTable"],
      add: ask("filter.add") as Filter["add"],
      delete: ask("filter.delete") as Filter["delete"],
      forgetFlows: ask("filter.forgetFlows") as Filter["forgetFlows"],
      chain: ask("filter.chain") as Filter["chain"],
      ruleMentions: ask("filter.ruleMentions") as Filter["ruleMentions"],
      run: ask("filter.run") as Filter["run"]
    }
  }
}

/** Performs in the holder what {@link userHost} asks for. */
export const performOnHost = (sys: Syscalls, [instance, method, args]: ReadonlyArray<unknown>): unknown => {
  const host = makeHost(sys, String(instance))
  const [part = "", name] = String(method).split(".")
  const owner: object = name === undefined ? host : host.filter
  const perform: unknown = Object.hasOwn(owner, name ?? part) ? owner[(name ?? part) as never] : undefined
  if (typeof perform !== "function") throw new Error(`a host does not ${String(method)}`)
  return Reflect.apply(perform, undefined, args as Array<unknown>)
}

import { spawnSync } from "node:child_process"
import { AF_NETLINK, MSG_DONTWAIT, SOCK_CLOEXEC, SOCK_RAW } from "@gantry/linux/constants"
import { decodeMessages, type Message, NLMSG_DONE, NLMSG_ERROR, verdictOf } from "@gantry/linux/netlink/message"
import { failedWith, SyscallError } from "@gantry/linux/SyscallError"
import type { Syscalls } from "@gantry/linux/Syscalls"
import { flowFamilies, forgetFlow, getFlows, udpPortOf } from "./flow-messages.ts"
import { changeElements, getChain, getRules, getTable, isMarked, mentions, policyOf } from "./nft-messages.ts"
import { type Element, type Translation, translations } from "./translations.ts"

const NETLINK_NETFILTER = 12

/** Whose packets a table of the packet filter sees: those of IPv4 or those of IPv6. */
export type Family = "ip" | "ip6"

/** The packet filter of the kernel. Every call is synchronous and throws `SyscallError`, or `Error` with what `nft` said. */
export interface Filter {
  /** Whether the table exists and carries this comment. */
  readonly hasTable: (table: string, mark: string, family: Family) => boolean
  /** Adds ports to the maps of the tables of that name, all or none. */
  readonly add: (table: string, elements: ReadonlyArray<Element>) => void
  /** Deletes ports from the maps of the tables of that name. Those that are not there, or a table that is not, are no error. */
  readonly delete: (table: string, elements: ReadonlyArray<Element>) => void
  /** Lets UDP flows to these host ports be judged anew. Does nothing where the kernel keeps no flows. */
  readonly forgetFlows: (hostPorts: ReadonlyArray<number>) => void
  /** Whether there is such a chain, and what it does with packets that no rule decides. */
  readonly chain: (
    table: string,
    chain: string,
    family: Family
  ) => { readonly policy: "drop" | "accept" | undefined } | undefined
  /** Whether a rule of the chain mentions a text, such as the name of a link. */
  readonly ruleMentions: (table: string, chain: string, text: string, family: Family) => boolean
  /** Runs the program `nft` on a script and returns what it prints. Takes milliseconds, the others microseconds. */
  readonly run: (script: string, ...options: ReadonlyArray<string>) => string
}

const runNft = (script: string, ...options: ReadonlyArray<string>): string => {
  const { error, status, stderr, stdout } = spawnSync("nft", [...options, "-f", "-"], {
    input: script,
    encoding: "utf8"
  })
  if (error !== undefined) {
    throw new Error("the program nft could not be started; is nftables installed?", { cause: error })
  }
  if (status !== 0) throw new Error(`nft: ${stderr.trim().split("\n")[0] ?? ""}`)
  return stdout
}

/** The last answer says so. */
const ended = (answers: ReadonlyArray<Message>) => {
  const type = answers.at(-1)?.type
  return type === NLMSG_DONE || type === NLMSG_ERROR
}

/** As many ports are asked for one by one: the kernel looks through all flows for each. */
const mostAskedAlone = 8

/** The filter of the network namespace that the calling thread is in at each call. */
export const makeFilter = (syscalls: Syscalls): Filter => {
  /** The answers to a request, acknowledgements included. Throws the first error among them. */
  const ask = (
    request: Uint8Array,
    what: string,
    finished: (answers: ReadonlyArray<Message>) => boolean
  ): ReadonlyArray<Message> => {
    const socket = syscalls.socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_NETFILTER)
    try {
      syscalls.sendto(socket, request, 0, null)
      const answers: Array<Message> = []
      const into = new Uint8Array(65_536)
      while (!finished(answers)) {
        try {
          const length = syscalls.recvfrom(socket, into, MSG_DONTWAIT)
          answers.push(...decodeMessages(into.slice(0, length)))
        } catch (error) {
          // The kernel answers before the send returns, so nothing to read means that nothing more will come.
          if (failedWith(error, "EAGAIN")) break
          throw error
        }
      }
      for (const answer of answers) {
        if (answer.type !== NLMSG_ERROR && answer.type !== NLMSG_DONE) continue
        const { errno } = verdictOf(answer)
        if (errno !== 0) throw new SyscallError({ call: "netlink nftables", errno, detail: what })
      }
      return answers
    } finally {
      syscalls.close(socket)
    }
  }

  /** None when the kernel says that there is no such thing. */
  const find = (request: Uint8Array, what: string): Message | undefined => {
    try {
      return ask(request, what, (answers) => answers.length > 0)[0]
    } catch (error) {
      if (failedWith(error, "ENOENT")) return undefined
      throw error
    }
  }

  const change = (kind: "add" | "delete", table: string, known: ReadonlyArray<Translation>): void => {
    if (known.length === 0) return
    const request = changeElements(kind, table, known)
    ask(request, `${kind} ports in ${table}`, (answers) => answers.length >= known.length)
  }

  return {
    run: runNft,
    hasTable: (table, mark, family) => {
      const found = find(getTable(table, family), `table ${table}`)
      return found !== undefined && isMarked(found, mark)
    },
    add: (table, elements) => change("add", table, elements.flatMap(translations)),
    delete: (table, elements) => {
      for (const element of elements.flatMap(translations)) {
        try {
          change("delete", table, [element])
        } catch (error) {
          if (!failedWith(error, "ENOENT")) throw error
        }
      }
    },
    forgetFlows: (hostPorts) => {
      if (hostPorts.length === 0) return
      try {
        const wanted = new Set(hostPorts)
        const ports = wanted.size > mostAskedAlone ? [undefined] : [...wanted]
        const requests = flowFamilies.flatMap((family) => ports.map((port) => getFlows(family, port)))
        for (const flow of requests.flatMap((request) => ask(request, "flows", ended))) {
          const port = udpPortOf(flow)
          if (port !== undefined && wanted.has(port)) find(forgetFlow(flow), `flow to port ${port}`)
        }
      } catch (error) {
        // Without this a client may have to wait or to use another port, which is no reason to refuse the container.
        if (!(error instanceof SyscallError)) throw error
      }
    },
    chain: (table, chain, family) => {
      const found = find(getChain(table, chain, family), `chain ${table} ${chain}`)
      return found === undefined ? undefined : { policy: policyOf(found) }
    },
    ruleMentions: (table, chain, text, family) =>
      ask(getRules(table, chain, family), `rules of ${table} ${chain}`, ended).some((answer) => mentions(answer, text))
  }
}

import { enterNetworkOf } from "./in-network.ts"
import { rootless } from "./rootless.ts"
import type { Syscalls } from "./Syscalls.ts"
import { askUnix } from "./unix-socket.ts"

/*
 * The network in which an ordinary user's containers meet: that of the holder of the user's namespaces. Programs of the
 * user stay in the host's, which they could not return to; what has to be done in the other one, the holder does.
 */

/**
 * The network's addresses: its own towards the outside, its gateway's and its resolver's. That of IPv6 is a private range
 * that no host was given, as hosts stay within reach whose own address is not taken. Spec: slirp4netns(1), DESCRIPTION;
 * RFC 4193.
 */
export const userNetwork = {
  address: "10.0.2.100",
  prefix: 24,
  gateway: "10.0.2.2",
  resolver: "10.0.2.3",
  address6: "fd67:616e:7472:7900::100",
  gateway6: "fd67:616e:7472:7900::2"
} as const

/** The name of the socket on which the holder is asked, in its working directory. */
export const holderSocket = "network.sock"

/** What the holder answers. */
export type HolderAnswer = { readonly value: unknown } | { readonly error: string; readonly code?: string }

/** Where something of the holder's working directory is, however long the name of that is. */
export const besideHolder = (name: string): string => `/proc/${rootless()?.holder ?? "self"}/cwd/${name}`

/** Has the holder do something in the user's network, and waits. Throws what it has thrown. */
export const askHolder = (sys: Syscalls, action: string, ...args: ReadonlyArray<unknown>): unknown => {
  const answer = JSON.parse(
    askUnix(sys, besideHolder(holderSocket), `${JSON.stringify([action, ...args])}\n`, 60_000)
  ) as HolderAnswer
  if ("value" in answer) return answer.value
  throw Object.assign(new Error(answer.error), answer.code === undefined ? {} : { code: answer.code })
}

/** Takes the calling thread into the user's network for good: there is no way back to the host's. */
export const enterUserNetwork = (sys: Syscalls): void => {
  const here = rootless()
  if (here === undefined) return
  enterNetworkOf(sys, here.holder)
}

import { enterNetworkOf } from "./in-network.ts"
import { rootless } from "./rootless.ts"
import type { Syscalls } from "./Syscalls.ts"
import { askUnix } from "./unix-socket.ts"

/*
 * The network in which an ordinary user's containers meet: that of the holder of the user's namespaces. Programs of the
 * user stay in the host's, which they could not return to; what has to be done in the other one, the holder does.
 */

/** The network's own address towards the outside, and that of its resolver. Spec: slirp4netns(1), DESCRIPTION. */
export const userNetwork = { address: "10.0.2.100", resolver: "10.0.2.3" } as const

/** The name of the socket on which the holder is asked, in its working directory. */
export const holderSocket = "network.sock"

/** The name of the socket on which slirp4netns takes ports, in the holder's working directory. */
export const portsSocket = "ports.sock"

/** The name under which the holder takes ports back that lead to nobody: whoever asked for them was killed. */
export const sweepAction = "sweep-ports"

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

/** A port of the real host that leads into the user's network. */
export interface ForwardedPort {
  readonly id: number
  readonly proto: string
  readonly guest_port: number
}

/** What slirp4netns answers. Spec: slirp4netns(1), API SOCKET. */
export interface ForwarderAnswer {
  readonly return?: { readonly id?: number }
  /** Of `list_hostfwd`. */
  readonly entries?: ReadonlyArray<ForwardedPort>
  readonly error?: { readonly desc?: string }
}

/** Why no port of the host leads into the user's network. */
export const noForwarder = "slirp4netns does not run for this user; gantry doctor tells what it needs"

/** Asks slirp4netns about the ports of the real host that lead into the user's network. An answer, also when there is nobody to ask. */
export const askForwarder = (sys: Syscalls, request: object): ForwarderAnswer => {
  try {
    return JSON.parse(askUnix(sys, besideHolder(portsSocket), JSON.stringify(request))) as ForwarderAnswer
  } catch {
    return { error: { desc: noForwarder } }
  }
}

/** Takes the calling thread into the user's network for good: there is no way back to the host's. */
export const enterUserNetwork = (sys: Syscalls): void => {
  const here = rootless()
  if (here === undefined) return
  enterNetworkOf(sys, here.holder)
}

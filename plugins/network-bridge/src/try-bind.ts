import * as Effect from "effect/Effect"
import { anyAddress, type HostPort } from "./port-choice.ts"

/** Why a port could not be bound: an errno code such as `EADDRINUSE`, `EADDRNOTAVAIL` or `EACCES`. */
export type BindFailure = string

const codeOf = (error: Error): BindFailure => ("code" in error ? String(error.code) : error.message)

// Sockets are loaded when a port is first tried: most commands publish none, and every command loads this file.
const tcp = (host: string, port: number): Effect.Effect<void, BindFailure> =>
  Effect.flatMap(
    Effect.promise(() => import("node:net")),
    ({ createServer }) =>
      Effect.async((resume) => {
        const server = createServer()
        server.once("error", (error) => resume(Effect.fail(codeOf(error))))
        server.listen({ host, port, exclusive: true }, () => server.close(() => resume(Effect.void)))
      })
  )

const udp = (host: string, port: number): Effect.Effect<void, BindFailure> =>
  Effect.flatMap(
    Effect.promise(() => import("node:dgram")),
    ({ createSocket }) =>
      Effect.async((resume) => {
        const socket = createSocket(host.includes(":") ? "udp6" : "udp4")
        socket.once("error", (error) => {
          socket.close()
          resume(Effect.fail(codeOf(error)))
        })
        socket.bind({ address: host, port, exclusive: true }, () => socket.close(() => resume(Effect.void)))
      })
  )

/** A host without IPv6 says one of these. */
const noIpv6 = new Set(["EAFNOSUPPORT", "EADDRNOTAVAIL", "EINVAL"])

/**
 * Binds a port of the host and lets go of it again. For all addresses it is bound on IPv6's any address, which takes
 * the IPv4 ones along. SCTP has no socket here, so only the table of ports guards it.
 */
export const tryBind = ({ hostIp, hostPort, protocol }: HostPort): Effect.Effect<void, BindFailure> => {
  if (protocol === "sctp") return Effect.void
  const bind = protocol === "tcp" ? tcp : udp
  if (hostIp !== anyAddress) return bind(hostIp, hostPort)
  return bind("::", hostPort).pipe(
    Effect.catchIf(
      (code) => noIpv6.has(code),
      () => bind(anyAddress, hostPort)
    )
  )
}

import type { PortRequest } from "@gantry/core/network/Network"
import * as fc from "fast-check"

/** First of the few host ports that samples ask for. They are few so that requests often meet. */
const firstPort = 20_000

const number = fc.integer({ min: firstPort, max: firstPort + 2 })

const range = fc.tuple(number, fc.nat({ max: 2 })).map(([first, more]) => ({ first, last: first + more }))

const common = {
  /** All addresses when absent, or the one that every host has. */
  hostIp: fc.constant("127.0.0.1"),
  containerPort: fc.constantFrom(80, 443),
  protocol: fc.constantFrom<PortRequest["protocol"]>("tcp", "tcp", "udp")
}

/** One port asked for by number. Two of them often differ in the address or the protocol alone. */
export const fixedPort = fc.record(
  { ...common, hostPort: number },
  { requiredKeys: ["hostPort", "containerPort", "protocol"] }
) satisfies fc.Arbitrary<PortRequest>

/** A port by number, one of a few, or any. */
export const portRequest: fc.Arbitrary<PortRequest> = fc.oneof(
  { weight: 3, arbitrary: fixedPort },
  fc.record({ ...common, hostPort: range }, { requiredKeys: ["hostPort", "containerPort", "protocol"] }),
  fc.record(common, { requiredKeys: ["containerPort", "protocol"] })
)

/** Ports of several containers that want to run at once. */
export const portLists: fc.Arbitrary<ReadonlyArray<ReadonlyArray<PortRequest>>> = fc.array(
  fc.array(portRequest, { maxLength: 3 }),
  { minLength: 1, maxLength: 4 }
)

import type { AddressPlan, Ipv6Network } from "@gantry/core/network/Network"
import * as Effect from "effect/Effect"
import type { Values } from "../argv/Option.ts"
import type { networkCreate } from "../argv/tables/networks.ts"
import { parseLabel } from "../argv/values/label.ts"
import { given, valuesOf } from "./read-values.ts"
import { refused, type Usage } from "./Usage.ts"

type Options = Pick<
  Values<typeof networkCreate.options>,
  "auxAddress" | "gateway" | "ipRange" | "ipv4" | "ipv6" | "subnet"
>

/** The addresses that a new network is to have, as far as they were asked for. */
export interface Pools extends AddressPlan {
  readonly subnet?: string
  readonly gateway?: string
  readonly ipv6?: Partial<Ipv6Network>
}

const isSix = (text: string): boolean => text.includes(":")

/** One value of each kind, of an option that may be given for both. */
const halves = (option: string, texts: ReadonlyArray<string>) => {
  const [four, six] = [texts.filter((text) => !isSix(text)), texts.filter(isSix)]
  const kind = four.length > 1 ? "IPv4" : six.length > 1 ? "IPv6" : undefined
  return kind === undefined
    ? Effect.succeed({ four: four[0], six: six[0] })
    : refused(
        option === "--subnet"
          ? "bridge driver doesn't support multiple subnets"
          : `${option} is given more than one ${kind} value`,
        `${option} takes one ${kind} value, and with --ipv6 one of each kind; make several networks`,
        1
      )
}

/** `--subnet`, `--gateway`, `--ip-range` and `--aux-address`, by the kind of address that they speak of. */
export const poolsOf = (options: Options): Effect.Effect<Pools, Usage> =>
  Effect.gen(function* () {
    if (!options.ipv4) {
      return yield* refused(
        "--ipv4=false is not supported: every network here has IPv4 addresses",
        "leave it out; --ipv6 gives the network IPv6 addresses besides",
        1
      )
    }
    const subnet = yield* halves("--subnet", options.subnet)
    const gateway = yield* halves("--gateway", options.gateway)
    const range = yield* halves("--ip-range", options.ipRange)
    const reserved = yield* valuesOf("--aux-address", options.auxAddress, parseLabel)
    const pairs = (six: boolean) => {
      const some = reserved.filter(({ value }) => isSix(value) === six)
      return some.length === 0 ? undefined : Object.fromEntries(some.map(({ name, value }) => [name, value]))
    }
    const odd = [subnet.six, gateway.six, range.six, ...Object.values(pairs(true) ?? {})].find(
      (each) => each !== undefined
    )
    if (odd !== undefined && !options.ipv6) {
      return yield* refused(
        `${odd} is an IPv6 address, and the network is to have none`,
        "give --ipv6 as well, or leave the address out",
        1
      )
    }
    return {
      ...given("subnet", subnet.four),
      ...given("gateway", gateway.four),
      ...given("range", range.four),
      ...given("reserved", pairs(false)),
      ...(options.ipv6
        ? {
            ipv6: {
              ...given("subnet", subnet.six),
              ...given("gateway", gateway.six),
              ...given("range", range.six),
              ...given("reserved", pairs(true))
            }
          }
        : {})
    }
  })

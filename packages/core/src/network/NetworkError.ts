import * as Data from "effect/Data"

/** The host port is held by somebody else. Choosing another port, or ending the holder, helps. */
export class PortTaken extends Data.TaggedError("PortTaken")<{
  readonly address: string
  readonly port: number
  readonly protocol: string
  /** Who has it, in words: `container web` or `process 812 (nginx)`; absent when that cannot be seen. */
  readonly holder?: string
}> {
  override get message() {
    return `port ${this.address}:${this.port}/${this.protocol} is already allocated${this.holder === undefined ? "" : ` by ${this.holder}`}`
  }
}

/** Every address of the network, or every subnet of the pool, is leased. */
export class AddressesExhausted extends Data.TaggedError("AddressesExhausted")<{
  readonly network: string
  readonly subnet: string
}> {
  override get message() {
    return `network ${this.network} (${this.subnet}) has no free address`
  }
}

/** There is no network of that name. */
export class NetworkMissing extends Data.TaggedError("NetworkMissing")<{ readonly network: string }> {
  override get message() {
    return `network ${this.network} not found`
  }
}

/** The host did not let us: a missing program, a missing right, a kernel without the feature. */
export class NetworkRefused extends Data.TaggedError("NetworkRefused")<{
  /** What was tried, in words: `create bridge gantry0`. */
  readonly action: string
  readonly why: string
}> {
  override get message() {
    return `could not ${this.action}: ${this.why}`
  }
}

/** How attaching to a network can fail. */
export type NetworkError = PortTaken | AddressesExhausted | NetworkMissing | NetworkRefused

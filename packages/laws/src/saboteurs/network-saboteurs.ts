import type { Network } from "@gantry/core/network/Network"
import type * as Layer from "effect/Layer"
import type { Saboteur } from "../Saboteur.ts"
import { addressSaboteurs } from "./network/address-saboteurs.ts"
import { attachmentSaboteurs } from "./network/attachment-saboteurs.ts"
import { ipv6Saboteurs } from "./network/ipv6-saboteurs.ts"
import { membershipSaboteurs } from "./network/membership-saboteurs.ts"
import { portSaboteurs } from "./network/port-saboteurs.ts"
import { sinningOf } from "./network/sinning.ts"

/** Networks with one sin each, made from an honest one. */
export const networkSaboteurs = (honest: Layer.Layer<Network>): ReadonlyArray<Saboteur<Network>> => {
  const sinning = sinningOf(honest)
  return [addressSaboteurs, portSaboteurs, attachmentSaboteurs, membershipSaboteurs, ipv6Saboteurs].flatMap((all) =>
    all(sinning)
  )
}

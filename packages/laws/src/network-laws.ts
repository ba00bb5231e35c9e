import type { Network } from "@gantry/core/network/Network"
import type { Law } from "./Law.ts"
import { addressLaws } from "./network/address-laws.ts"
import { attachmentLaws } from "./network/attachment-laws.ts"
import { ipv6Laws } from "./network/ipv6-laws.ts"
import { type Look, visible } from "./network/look.ts"
import { membershipLaws } from "./network/membership-laws.ts"
import { portLaws } from "./network/port-laws.ts"

/**
 * What a network plugin must make true.
 *
 * `look` describes what the plugin leaves behind, the host included, as text: two equal texts mean that nothing has
 * changed. What the contract shows is enough for a plugin that touches nothing else.
 */
export const networkLaws = (look: Look = visible): ReadonlyArray<Law<Network>> => [
  ...addressLaws,
  ...portLaws(look),
  ...attachmentLaws(look),
  ...membershipLaws(look),
  ...ipv6Laws(look)
]

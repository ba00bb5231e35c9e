import type { ContainerSpec } from "@gantry/core/runtime/ContainerSpec"
import type { Wiring } from "@gantry/core/network/Wiring"
import { setUpEnd, setWaysOut, type WayOut, waysOut } from "@gantry/linux/container/set-up-links"
import { withLinks } from "@gantry/linux/netlink/link"
import type { Syscalls } from "@gantry/linux/Syscalls"
import { inNetworkOf } from "@gantry/linux/in-network"
import { rewriteFiles } from "./rewrite-files.ts"
import { connect } from "./wiring.ts"

/** What of a spec says how a container is connected. */
export type Connected = Pick<ContainerSpec, "wiring" | "files" | "mounts">

type Link = Extract<Wiring, { readonly type: "veth" }>

const linksOf = ({ wiring }: Pick<Connected, "wiring">): ReadonlyArray<Link> =>
  wiring.filter((each) => each.type === "veth")

const isSame = (one: Link, other: Link): boolean =>
  one.link === other.link &&
  one.name === other.name &&
  one.address === other.address &&
  one.ipv6?.address === other.ipv6?.address &&
  one.mac === other.mac

/** Links by what has to be done for a container that is connected otherwise from now on. Pure. */
export const planRewiring = (
  before: Pick<Connected, "wiring">,
  after: Pick<Connected, "wiring">
): {
  readonly gone: ReadonlyArray<Link>
  readonly come: ReadonlyArray<Link>
  /** Default routes that were others. */
  readonly ways: ReadonlyArray<WayOut>
} => {
  const [old, wanted] = [linksOf(before), linksOf(after)]
  const gone = old.filter((each) => !wanted.some((one) => isSame(each, one)))
  const come = wanted.filter((each) => !old.some((one) => isSame(each, one)))
  const stays = ({ dev, gateway, six }: WayOut) =>
    !come.some(({ name }) => name === dev) &&
    waysOut(old).some((each) => each.six === six && each.dev === dev && each.gateway === gateway)
  return { gone, come, ways: waysOut(wanted).filter((way) => !stays(way)) }
}

/**
 * Connects a running container otherwise: links go and come in its network namespace, its way out changes, and its hosts
 * file says its new addresses. Throws what the kernel says; the links that were to come are gone again then.
 */
export const rewire = (sys: Syscalls, pid: number, before: Connected, after: Connected): void => {
  const { come, gone, ways } = planRewiring(before, after)
  withLinks(sys, (links) => {
    for (const { link } of gone) links.discardLink(link)
  })
  try {
    connect(sys, pid, come)
    if (come.length > 0 || ways.length > 0) {
      inNetworkOf(sys, pid, () =>
        withLinks(sys, (links) => {
          for (const end of come) setUpEnd(sys, links, end)
          setWaysOut(sys, links, ways, true)
        })
      )
    }
  } catch (error) {
    withLinks(sys, (links) => {
      for (const { link } of come) links.discardLink(link)
    })
    throw error
  }
  rewriteFiles(sys, pid, before, after)
}

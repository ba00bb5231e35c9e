import type { ContainerSpec } from "@gantry/core/runtime/ContainerSpec"
import type { Wiring } from "@gantry/core/network/Wiring"
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
  one.link === other.link && one.name === other.name && one.address === other.address && one.mac === other.mac

/** Links by what has to be done for a container that is connected otherwise from now on. Pure. */
export const planRewiring = (
  before: Pick<Connected, "wiring">,
  after: Pick<Connected, "wiring">
): {
  readonly gone: ReadonlyArray<Link>
  readonly come: ReadonlyArray<Link>
  /** The link that everything else is reached through, when that was another one. */
  readonly out?: Link
} => {
  const [old, wanted] = [linksOf(before), linksOf(after)]
  const gone = old.filter((each) => !wanted.some((one) => isSame(each, one)))
  const come = wanted.filter((each) => !old.some((one) => isSame(each, one)))
  const outOf = (links: ReadonlyArray<Link>) => links.find(({ gateway }) => gateway !== undefined)
  const [was, out] = [outOf(old), outOf(wanted)]
  const stays = out === undefined || (was !== undefined && isSame(was, out) && was.gateway === out.gateway)
  return { gone, come, ...(stays ? {} : { out }) }
}

/**
 * Connects a running container otherwise: links go and come in its network namespace, its way out changes, and its hosts
 * file says its new addresses. Throws what the kernel says; the links that were to come are gone again then.
 */
export const rewire = (sys: Syscalls, pid: number, before: Connected, after: Connected): void => {
  const { come, gone, out } = planRewiring(before, after)
  withLinks(sys, (links) => {
    for (const { link } of gone) if (links.linkIndex(link) !== undefined) links.deleteLink(link)
  })
  try {
    connect(sys, pid, come)
    if (come.length > 0 || out !== undefined) {
      inNetworkOf(sys, pid, () =>
        withLinks(sys, (links) => {
          for (const { address, name, prefixLength } of come) {
            links.addAddress(name, address, prefixLength)
            links.setLinkUp(name)
          }
          if (out?.gateway !== undefined)
            links.addRoute({ destination: "default", gateway: out.gateway, dev: out.name, replace: true })
        })
      )
    }
  } catch (error) {
    withLinks(sys, (links) => {
      for (const { link } of come) if (links.linkIndex(link) !== undefined) links.deleteLink(link)
    })
    throw error
  }
  rewriteFiles(sys, pid, before, after)
}

import {
  type Attribute,
  decodeAttributes,
  encodeAttributes,
  encodeMessage,
  joined,
  type Message,
  NLM_F_ACK,
  NLM_F_CREATE,
  NLM_F_DUMP,
  NLM_F_REQUEST,
  textAttribute
} from "@gantry/linux/netlink/message"
import { parseAddress } from "./Ipv4.ts"
import type { Family } from "./Filter.ts"
import { bytesOf6, parseAddress6 } from "./Ipv6.ts"
import { everyMap, oneMap } from "./nft-script.ts"
import type { Translation } from "./translations.ts"

/*
 * Messages to the packet filter: the few that are worth more than starting a program for each.
 * Numbers are those of linux/netfilter/nfnetlink.h and nf_tables.h. Contents are big-endian.
 */

const subsystem = 10
const batchBegin = 0x10
const batchEnd = 0x11
const getTableType = 1
const getChainType = 4
const getRuleType = 7
const addElementsType = 12
const deleteElementsType = 14
const familyUnspecified = 0
const families = { ip: 2, ip6: 10 } as const
const protocols = { tcp: 6, udp: 17, sctp: 132 } as const

const message = (
  {
    family,
    flags,
    resource,
    sequence,
    type
  }: Omit<Message, "body"> & { readonly family: number; readonly resource: number },
  attributes: ReadonlyArray<Attribute>
): Uint8Array => {
  const header = Uint8Array.from([family, 0, resource >>> 8, resource & 255])
  const body = joined([header, encodeAttributes(attributes)])
  return encodeMessage({ type, flags: flags | NLM_F_REQUEST, sequence, body })
}

const ask = (type: number, flags: number, family: Family, ...attributes: ReadonlyArray<Attribute>) =>
  message({ type: (subsystem << 8) | type, flags, sequence: 1, family: families[family], resource: 0 }, attributes)

/** Asks for a table. The answer is `ENOENT` or a message that {@link isMarked} reads. */
export const getTable = (table: string, family: Family): Uint8Array =>
  ask(getTableType, 0, family, textAttribute(1, table))

/** Asks for a chain. The answer is `ENOENT` or a message that {@link policyOf} reads. */
export const getChain = (table: string, chain: string, family: Family): Uint8Array =>
  ask(getChainType, 0, family, textAttribute(1, table), textAttribute(3, chain))

/** Asks for all rules of a chain. */
export const getRules = (table: string, chain: string, family: Family): Uint8Array =>
  ask(getRuleType, NLM_F_DUMP, family, textAttribute(1, table), textAttribute(2, chain))

/** Each part of a concatenated key or value fills whole 32-bit words. */
const concatenated = (...parts: ReadonlyArray<ReadonlyArray<number>>): Uint8Array =>
  Uint8Array.from(parts.flatMap((part) => [...part, ...[0, 0, 0].slice(0, (4 - (part.length % 4)) % 4)]))

const portBytes = (port: number) => [port >>> 8, port & 255]

const addressBytes = (text: string) => {
  if (text.includes(":")) return [...bytesOf6(parseAddress6(text) ?? 0n)]
  const address = parseAddress(text) ?? 0
  return [24, 16, 8, 0].map((shift) => (address >>> shift) & 255)
}

const keyOf = ({ hostIp, hostPort, protocol }: Translation): Uint8Array =>
  hostIp === undefined
    ? concatenated([protocols[protocol]], portBytes(hostPort))
    : concatenated([protocols[protocol]], addressBytes(hostIp), portBytes(hostPort))

const valueOf = ({ address, containerPort }: Translation) =>
  concatenated(addressBytes(address), portBytes(containerPort))

const value = (type: number, bytes: Uint8Array): Attribute => ({ type, value: [{ type: 1, value: bytes }] })

/**
 * Adds or deletes entries of the maps of a table in one transaction: all or none. Each is answered by an acknowledgement or
 * an error. Adding what is there already is no error; deleting what is not there is `ENOENT`.
 */
export const changeElements = (
  change: "add" | "delete",
  table: string,
  entries: ReadonlyArray<Translation>
): Uint8Array => {
  const adds = change === "add"
  const type = (subsystem << 8) | (adds ? addElementsType : deleteElementsType)
  const flags = adds ? NLM_F_ACK | NLM_F_CREATE : NLM_F_ACK
  const changes = entries.map((each, index) => {
    const key = value(1, keyOf(each))
    const entry: Attribute = { type: 1, value: adds ? [key, value(2, valueOf(each))] : [key] }
    const map = each.hostIp === undefined ? everyMap : oneMap
    return message({ type, flags, sequence: index + 1, family: families[each.family], resource: 0 }, [
      textAttribute(1, table),
      textAttribute(2, map),
      { type: 3, value: [entry] }
    ])
  })
  const bracket = (edge: number, sequence: number) =>
    message({ type: edge, flags: 0, sequence, family: familyUnspecified, resource: subsystem }, [])
  return joined([bracket(batchBegin, 0), ...changes, bracket(batchEnd, entries.length + 1)])
}

const headerLength = 4

/** Whether text occurs in an answer: names and comments stand in it as they are. */
export const mentions = ({ body }: Message, text: string): boolean => Buffer.from(body).includes(text)

/** Whether a table carries a comment that contains the text. */
export const isMarked = ({ body }: Message, mark: string): boolean =>
  Buffer.from(decodeAttributes(body.subarray(headerLength)).get(6) ?? []).includes(mark)

/** What becomes of packets that no rule of a chain decides. None for a chain that other chains call. */
export const policyOf = ({ body }: Message): "drop" | "accept" | undefined => {
  const policy = decodeAttributes(body.subarray(headerLength)).get(5)
  return policy === undefined ? undefined : policy[3] === 0 ? "drop" : "accept"
}

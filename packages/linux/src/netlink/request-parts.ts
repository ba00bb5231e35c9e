import type { Attribute } from "./message.ts"
import type { RouteRequest } from "./route-socket.ts"

/** One attribute for a value that is there, none otherwise. */
export const given = <A>(value: A | undefined, attribute: (value: A) => Attribute): ReadonlyArray<Attribute> =>
  value === undefined ? [] : [attribute(value)]

/** Asks for all rows of a table. */
export const table = (name: string, type: number, body: Uint8Array): RouteRequest => ({
  name,
  detail: "all",
  type,
  flags: 0,
  body
})

/** The number that begins there, in the byte order of the machine. */
export const u32 = (bytes: Uint8Array, at: number) =>
  new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getUint32(at, true)

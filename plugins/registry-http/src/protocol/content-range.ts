/** First byte of a `Content-Range: bytes 5-9/10` header. Spec: RFC 9110, section 14.4. */
export const firstOf = (header: string | undefined): number | undefined => {
  const [, first] = /^\s*bytes\s+(\d{1,15})-\d{1,15}\/(?:\d{1,15}|\*)\s*$/i.exec(header ?? "") ?? []
  return first === undefined ? undefined : Number(first)
}

/**
 * Bytes that an upload has, from its `Range: 0-9` header. `0-0` is what registries also say of an upload that is empty,
 * and is read as that.
 */
export const received = (header: string | undefined): number | undefined => {
  const [, last] = /^\s*(?:bytes=)?0-(\d{1,15})\s*$/.exec(header ?? "") ?? []
  if (last === undefined) return undefined
  return Number(last) === 0 ? 0 : Number(last) + 1
}

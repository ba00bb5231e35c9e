import { makeTarReader } from "./tar-read.ts"

/** Whether bytes begin as an archive does: a first block that a reader accepts, and that is not the end of an archive. */
export const isTar = (head: Uint8Array): boolean => {
  if (head.length < 512 || head.every((byte) => byte === 0)) return false
  let found = false
  const reader = makeTarReader({ entry: () => void (found = true), data: () => {}, hole: () => {}, end: () => {} })
  return (
    reader.push(head.subarray(0, 512)) === undefined &&
    (found || Buffer.from(head.subarray(257, 262)).toString() === "ustar")
  )
}

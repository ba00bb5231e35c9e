/** Bytes that a group has read from block devices and written to them. */
export interface DiskUsage {
  readonly read: number
  readonly written: number
}

const sum = (numbers: Iterable<number>): number => {
  let all = 0
  for (const each of numbers) all += each
  return all
}

const numbersAfter = (text: string, pattern: RegExp): Iterable<number> =>
  Array.from(text.matchAll(pattern), ([, digits]) => Number(digits))

/** Reads blkio.throttle.io_service_bytes: `8:0 Read 4096` for each device. Spec: kernel, cgroup-v1/blkio-controller. */
export const diskOfV1 = (text: string): DiskUsage => ({
  read: sum(numbersAfter(text, /^\d+:\d+ Read (\d+)$/gm)),
  written: sum(numbersAfter(text, /^\d+:\d+ Write (\d+)$/gm))
})

/** Reads io.stat: `8:0 rbytes=4096 wbytes=0 …` for each device. Spec: kernel, cgroup-v2, "IO Interface Files". */
export const diskOfV2 = (text: string): DiskUsage => ({
  read: sum(numbersAfter(text, /\brbytes=(\d+)/g)),
  written: sum(numbersAfter(text, /\bwbytes=(\d+)/g))
})

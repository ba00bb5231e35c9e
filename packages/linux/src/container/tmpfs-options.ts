import {
  MS_DIRSYNC,
  MS_NOATIME,
  MS_NODEV,
  MS_NODIRATIME,
  MS_NOEXEC,
  MS_NOSUID,
  MS_RDONLY,
  MS_RELATIME,
  MS_STRICTATIME,
  MS_SYNCHRONOUS
} from "../constants.ts"

/** Words of mount(8) that set a flag of mount(2), and those that clear one. */
const setting: { readonly [word: string]: number } = {
  ro: MS_RDONLY,
  nosuid: MS_NOSUID,
  nodev: MS_NODEV,
  noexec: MS_NOEXEC,
  sync: MS_SYNCHRONOUS,
  dirsync: MS_DIRSYNC,
  noatime: MS_NOATIME,
  nodiratime: MS_NODIRATIME,
  relatime: MS_RELATIME,
  strictatime: MS_STRICTATIME
}
const clearing: { readonly [word: string]: number } = {
  rw: MS_RDONLY,
  suid: MS_NOSUID,
  dev: MS_NODEV,
  exec: MS_NOEXEC,
  async: MS_SYNCHRONOUS,
  atime: MS_NOATIME,
  diratime: MS_NODIRATIME,
  norelatime: MS_RELATIME,
  nostrictatime: MS_STRICTATIME,
  defaults: 0
}

/** Splits `size=64m,noexec` into the flags of mount(2) and the data of tmpfs. The last word about a flag counts. */
export const tmpfsOptions = (options: string): { readonly flags: number; readonly data: string } => {
  let flags = MS_NOSUID | MS_NODEV | MS_NOEXEC
  const data: Array<string> = []
  for (const word of options.split(",").filter((each) => each !== "")) {
    if (Object.hasOwn(setting, word)) flags |= setting[word] ?? 0
    else if (Object.hasOwn(clearing, word)) flags &= ~(clearing[word] ?? 0)
    else data.push(word)
  }
  return { flags, data: data.join(",") }
}

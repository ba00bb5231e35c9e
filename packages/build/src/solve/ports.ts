/** Whether a port, or a range of them, is in the words of EXPOSE. Returns `80/tcp` spellings, or a sentence on failure. */
export const readPorts = (word: string): ReadonlyArray<string> | string => {
  // The host's side of a mapping (ip:port:port) is accepted by Docker and means nothing here.
  const container = word.slice(word.lastIndexOf(":") + 1)
  const match = /^(\d+)(?:-(\d+))?(?:\/(tcp|udp|sctp))?$/i.exec(container)
  if (match === null) return `"${word}" is not a port`
  const first = Number(match[1])
  const last = Number(match[2] ?? match[1])
  if (first > last || last > 65_535) return `"${word}" is not a port or a range of ports`
  const protocol = (match[3] ?? "tcp").toLowerCase()
  return Array.from({ length: last - first + 1 }, (_, index) => `${first + index}/${protocol}`)
}

import { type Finding, fine } from "./Finding.ts"
import type { Host } from "./Host.ts"

/** How many ids images may use and still be unpacked as they are. */
const enough = 65536

/** How many ids a file gives to a user, by name or number. Spec: subuid(5). Lines of another form count nothing. */
export const idsFor = (text: string, user: string, uid: number): number =>
  text
    .split("\n")
    .map((line) => /^([^:]+):(\d+):(\d+)\s*$/.exec(line.trim()))
    .filter((match) => match !== null && (match[1] === user || match[1] === String(uid)))
    .reduce((sum, match) => sum + Number(match?.[3]), 0)

const rangeOf = (host: Host): string => {
  const taken = ["/etc/subuid", "/etc/subgid"].flatMap((path) =>
    [...(host.read(path) ?? "").matchAll(/^[^:\n]+:(\d+):(\d+)\s*$/gm)].map(
      ([, from, count]) => Number(from) + Number(count)
    )
  )
  const first = Math.max(100_000, ...taken)
  return `${first}-${first + enough - 1}`
}

/** Whether an ordinary user has ids for those of a container's users. */
export const idRanges = (host: Host): Finding => {
  const subject = "subuid and subgid"
  if (host.uid === 0) return fine(subject, "root needs none")
  const [uids = 0, gids = 0] = ["/etc/subuid", "/etc/subgid"].map((path) =>
    idsFor(host.read(path) ?? "", host.user, host.uid)
  )
  const least = Math.min(uids, gids)
  if (least >= enough) return fine(subject, `${uids} user ids and ${gids} group ids for ${host.user}`)
  const range = rangeOf(host)
  return {
    subject,
    status: least === 0 ? "missing" : "degraded",
    found: `${uids} user ids and ${gids} group ids for ${host.user}; images may use ${enough}`,
    needed: false,
    costs: "containers of this user have few other users, most base images cannot install packages",
    mend: `usermod --add-subuids ${range} --add-subgids ${range} ${host.user}`
  }
}

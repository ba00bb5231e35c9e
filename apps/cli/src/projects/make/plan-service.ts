import type { Member } from "../life/members.ts"

/** When containers that are not as wished are made anew. */
export type Recreation = "changed" | "always" | "never"

/** What a service should come to. */
export interface ServiceWish {
  readonly scale: number
  readonly hash: string
  /** ID of its image. */
  readonly image: string
  readonly recreation: Recreation
  /** Something that it shares with another container is another one now. */
  readonly isTorn: (member: Member) => boolean
}

/** What is to be done for it to come to that. */
export interface ServicePlan {
  /**
   * Removed before anything else is done: what somebody left behind who was killed in the middle of this. Another one has
   * their number, or their removal had begun.
   */
  readonly clear: ReadonlyArray<Member>
  readonly keep: ReadonlyArray<Member>
  /** Made anew under their numbers. */
  readonly recreate: ReadonlyArray<Member>
  /** Numbers of new ones. */
  readonly create: ReadonlyArray<number>
  readonly remove: ReadonlyArray<Member>
}

/** How a container says that it was made: its hash and the ID of its image. */
const isAsWished = (member: Member, { hash, image }: ServiceWish, labels: { hash: string; image: string }): boolean =>
  member.record.labels[labels.hash] === hash && member.record.labels[labels.image] === image

/** What a container is called that is to take the place of another, until it does. */
export const nameAtFirst = (old: Pick<Member, "record">, name: string): string =>
  `${old.record.id.slice(0, 12)}_${name}`

/** Whether a container never came to take the place that it was made for. */
export const isNamedAtFirst = ({ record }: Pick<Member, "record">): boolean => /^[0-9a-f]{12}_/.test(record.name)

/**
 * What has to be done to a service's containers. Those that are too many go, outdated ones first and then those of the
 * highest numbers; free numbers are taken from below. Of several with one number those stay that are as wished and
 * have their name.
 */
export const planService = (
  members: ReadonlyArray<Member>,
  wish: ServiceWish,
  labels: { readonly hash: string; readonly image: string }
): ServicePlan => {
  const outdated = (member: Member) => wish.isTorn(member) || !isAsWished(member, wish, labels)
  const byWorth = members
    .filter(({ record }) => record.removing === undefined)
    .toSorted(
      (a, b) =>
        Number(outdated(a)) - Number(outdated(b)) ||
        a.number - b.number ||
        Number(isNamedAtFirst(a)) - Number(isNamedAtFirst(b))
    )
  const single = byWorth.filter((member) => byWorth.find(({ number }) => number === member.number) === member)
  const staying = single.slice(0, wish.scale).toSorted((a, b) => a.number - b.number)
  const isAnew = (member: Member) => wish.recreation === "always" || (wish.recreation === "changed" && outdated(member))
  const taken = new Set(staying.map(({ number }) => number))
  const create: Array<number> = []
  for (let number = 1; taken.size + create.length < wish.scale; number++) {
    if (!taken.has(number)) create.push(number)
  }
  return {
    clear: members.filter((member) => !single.includes(member)),
    keep: staying.filter((member) => !isAnew(member)),
    recreate: staying.filter(isAnew),
    create,
    remove: single.slice(wish.scale)
  }
}

/** The lowest number that there is after it has been done. */
export const firstOf = ({ create, keep, recreate }: ServicePlan): number =>
  Math.min(...create, ...keep.map(({ number }) => number), ...recreate.map(({ number }) => number))

import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import { label } from "../../src/projects/labels.ts"
import type { Member } from "../../src/projects/life/members.ts"
import { planService, type Recreation, type ServiceWish } from "../../src/projects/make/plan-service.ts"

const member = (number: number, hash: string, image: string): Member =>
  ({
    number,
    service: "web",
    oneOff: false,
    state: { status: "created" },
    record: { id: `${number}`, name: `shop-web-${number}`, labels: { [label.hash]: hash, [label.image]: image } }
  }) as unknown as Member

const members = fc
  .uniqueArray(fc.tuple(fc.integer({ min: 1, max: 8 }), fc.constantFrom("h", "old"), fc.constantFrom("i", "older")), {
    selector: ([number]) => number,
    maxLength: 6
  })
  .map((all) => all.map(([number, hash, image]) => member(number, hash, image)))

const recreations: ReadonlyArray<Recreation> = ["always", "changed", "never"]

const wishes: fc.Arbitrary<ServiceWish> = fc.record({
  scale: fc.integer({ min: 0, max: 6 }),
  hash: fc.constant("h"),
  image: fc.constant("i"),
  recreation: fc.constantFrom(...recreations),
  isTorn: fc.boolean().map((torn) => () => torn)
})

const numbers = (all: ReadonlyArray<Member>) => all.map(({ number }) => number)

describe("what is done to a service's containers", () => {
  it("comes to as many containers as are wished for, each with a number of its own", () => {
    fc.assert(
      fc.property(members, wishes, (there, wish) => {
        const plan = planService(there, wish, label)
        const after = [...numbers(plan.keep), ...numbers(plan.recreate), ...plan.create]
        expect(after).toHaveLength(wish.scale)
        expect(new Set(after).size).toBe(wish.scale)
      })
    )
  })

  it("deals with each container that is there exactly once", () => {
    fc.assert(
      fc.property(members, wishes, (there, wish) => {
        const { clear, keep, recreate, remove } = planService(there, wish, label)
        expect(numbers([...clear, ...keep, ...recreate, ...remove]).toSorted()).toEqual(numbers(there).toSorted())
      })
    )
  })

  it("does nothing once it was carried out, unless all are to be made anew each time", () => {
    fc.assert(
      fc.property(members, wishes, (there, wish) => {
        const plan = planService(there, wish, label)
        const fresh = [...numbers(plan.recreate), ...plan.create].map((number) => member(number, wish.hash, wish.image))
        const again = planService(
          [...plan.keep, ...fresh],
          { ...wish, recreation: wish.recreation === "always" ? "changed" : wish.recreation, isTorn: () => false },
          label
        )
        expect([again.recreate, again.create, again.remove]).toEqual([[], [], []])
      })
    )
  })

  it("removes what is outdated before what is not, and high numbers before low ones", () => {
    const there = [member(1, "old", "i"), member(2, "h", "i"), member(3, "h", "i")]
    const wish: ServiceWish = { scale: 1, hash: "h", image: "i", recreation: "changed", isTorn: () => false }
    const plan = planService(there, wish, label)
    expect([numbers(plan.keep), numbers(plan.remove)]).toEqual([[2], [3, 1]])
  })

  it("keeps one of several with one number: what is as wished, and has its name", () => {
    const wish: ServiceWish = { scale: 2, hash: "h", image: "i", recreation: "changed", isTorn: () => false }
    const called = (name: string, of: Member): Member => ({ ...of, record: { ...of.record, name } })
    const left = (number: number, hash: string) => called(`0123456789ab_shop-web-${number}`, member(number, hash, "i"))
    const there = [left(1, "h"), member(1, "h", "i"), left(2, "h"), member(2, "old", "i")]
    const plan = planService(there, wish, label)
    expect(plan.clear.map(({ record }) => record.name).toSorted()).toEqual(["0123456789ab_shop-web-1", "shop-web-2"])
    expect(plan.keep.map(({ record }) => record.name)).toEqual(["shop-web-1", "0123456789ab_shop-web-2"])
    expect([plan.recreate, plan.create, plan.remove]).toEqual([[], [], []])
  })

  it("finishes a removal that had begun, and has another one in that place", () => {
    const wish: ServiceWish = { scale: 1, hash: "h", image: "i", recreation: "changed", isTorn: () => false }
    const one = member(1, "h", "i")
    const going: Member = { ...one, record: { ...one.record, removing: { volumes: false } } }
    const plan = planService([going], wish, label)
    expect([plan.clear, plan.keep, plan.create]).toEqual([[going], [], [1]])
  })

  it("makes anew what was made otherwise, from another image, or shares with what is another container now", () => {
    const wish: ServiceWish = { scale: 3, hash: "h", image: "i", recreation: "changed", isTorn: () => false }
    const there = [member(1, "h", "i"), member(2, "old", "i"), member(3, "h", "older")]
    expect(numbers(planService(there, wish, label).recreate)).toEqual([2, 3])
    expect(numbers(planService(there, { ...wish, isTorn: () => true }, label).recreate)).toEqual([1, 2, 3])
    expect(planService(there, { ...wish, recreation: "never", isTorn: () => true }, label).recreate).toEqual([])
  })
})

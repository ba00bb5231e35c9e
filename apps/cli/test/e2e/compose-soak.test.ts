import { writeFileSync } from "node:fs"
import { join } from "node:path"
import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import { expectNothingLeft, useGantry } from "./host/gantry.ts"

/** How many projects are brought up, and which: to try harder, and to do one again. */
const runs = Number(process.env["GANTRY_SOAK_RUNS"] ?? "2")
const seed = process.env["GANTRY_SOAK_SEED"]

/** What the file says of a service; undefined when it is not there. */
interface Wished {
  readonly scale: number
  readonly value: string
}
const services = ["one", "two", "three"] as const
type Name = (typeof services)[number]
type File = { readonly [name in Name]: Wished | undefined }

/** Each needs the one before it, where that is there. */
const yamlOf = (file: File): string => {
  const there = services.filter((name) => file[name] !== undefined)
  const texts = there.map((name, at) => {
    const needs = at === 0 ? "" : `\n    depends_on: [${there[at - 1]}]`
    return `  ${name}:
    image: base
    command: sleep 600
    stop_grace_period: 0s
    scale: ${file[name]?.scale}
    environment: { VALUE: "${file[name]?.value}" }
    volumes: ["/kept", "data:/data"]${needs}\n`
  })
  return `services:\n${texts.join("")}volumes: { data: }\n`
}

const wished: fc.Arbitrary<Wished> = fc.record({
  scale: fc.integer({ min: 0, max: 2 }),
  value: fc.constantFrom("a", "b")
})
const file: fc.Arbitrary<File> = fc.record({
  one: wished,
  two: fc.option(wished, { nil: undefined }),
  three: fc.option(wished, { nil: undefined })
})
/** What happens between two times that the project is brought up. */
const trouble = fc.oneof(
  fc.constantFrom(["stop"], ["kill"], ["restart", "-t", "0"], ["down"], ["rm", "-fs"], ["pause"], ["scale", "one=2"]),
  // Half done, by somebody who was killed.
  fc.constantFrom("killed up" as const, "killed down" as const, "lost container" as const)
)
const story = fc.array(fc.tuple(file, fc.array(trouble, { maxLength: 2 })), { minLength: 2, maxLength: 4 })

describe("projects that are changed, stopped, scaled and half removed at random", () => {
  const gantry = useGantry()

  it(
    "are as their files say once they are brought up, whoever was killed on the way, and leave nothing when taken down",
    async () => {
      const property = fc.asyncProperty(story, async (chapters) => {
        const path = join(gantry.context({ "compose.yaml": "" }), "compose.yaml")
        const words = ["compose", "-p", "shop", "-f", path]
        const containers = async () =>
          (await gantry.ok("ps", "-a", "--no-trunc", "--format", "{{.Names}} {{.ID}} {{.State}}"))
            .split("\n")
            .toSorted()
        const killedIn = async (...args: ReadonlyArray<string>) => {
          const started = gantry.start(...words, ...args)
          // It may have nothing to do.
          await started.says(/Creating|Recreate|Removing|Stopping|Starting/, "stderr").catch(() => undefined)
          started.kill("SIGKILL")
          await started.ended
        }
        for (const [now, troubles] of chapters) {
          writeFileSync(path, yamlOf(now))
          await gantry.ok(...words, "up", "-d", "--remove-orphans")
          // One that is left of several keeps its number.
          const expected = services.flatMap((name) =>
            Array.from({ length: now[name]?.scale ?? 0 }, () => `shop-${name} running`)
          )
          const there = await containers()
          const shown = there.filter((line) => line !== "")
          expect(shown.map((line) => line.replace(/-\d+ .* /, " "))).toEqual(expected.toSorted())
          for (const name of shown.map((line) => line.split(" ")[0] ?? "")) {
            const service = services.find((each) => name.startsWith(`shop-${each}-`))
            const value = service === undefined ? undefined : now[service]?.value
            expect(await gantry.field(name, "{{.Config.Env}}")).toContain(`VALUE=${value}`)
          }
          await gantry.ok(...words, "up", "-d", "--remove-orphans")
          expect(await containers()).toEqual(there)
          for (const each of troubles) {
            if (each === "killed up") {
              writeFileSync(path, yamlOf({ ...now, one: { scale: 2, value: "c" } }))
              await killedIn("up", "-d", "--remove-orphans")
              writeFileSync(path, yamlOf(now))
            } else if (each === "killed down") await killedIn("down")
            else if (each === "lost container") {
              const [first] = await containers()
              if (first !== undefined && first !== "") await gantry.ok("rm", "-f", first.split(" ")[0] ?? "")
            } else await gantry.try(...words, ...each)
          }
        }
        await gantry.ok(...words, "down", "-v", "--remove-orphans")
        expect(await gantry.ok("ps", "-aq")).toBe("")
        // Without -v, anonymous volumes outlive their containers, as with Docker.
        await gantry.ok("volume", "prune", "-f")
        expect(await gantry.ok("volume", "ls", "-q")).toBe("")
        expect(await gantry.ok("network", "ls", "--format", "{{.Name}}")).toBe("bridge\nhost\nnone")
        const check = await gantry.try("check")
        expect(`${check.status} ${check.stdout}`).toMatch(/^0 /)
        await expectNothingLeft(gantry)
      })
      await fc.assert(
        property.beforeEach(async () => gantry.removeAll()),
        {
          numRuns: runs,
          // Each story takes seconds: the first that fails is told of as it is.
          endOnFailure: process.env["GANTRY_SOAK_SHRINK"] === undefined,
          ...(seed === undefined ? {} : { seed: Number(seed) })
        }
      )
    },
    120_000 * runs
  )
})

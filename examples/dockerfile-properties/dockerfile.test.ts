import * as MemoryCache from "@gantry/plugin-memory/MemoryCache"
import * as MemoryLayers from "@gantry/plugin-memory/MemoryLayers"
import * as MemoryLocks from "@gantry/plugin-memory/MemoryLocks"
import { type DockerfileBench, openBench } from "@gantry/laws/DockerfileBench"
import { fileEdits, readProject, withArg, withBase, withFile, withText } from "@gantry/laws/project"
import * as Layer from "effect/Layer"
import * as fc from "fast-check"
import { describe, expect, it } from "vitest"

const project = readProject(import.meta.dirname)
const memory = Layer.merge(Layer.provideMerge(MemoryCache.layer, MemoryLayers.layer), MemoryLocks.layer)

/** A bench that has built the project once. */
const used = async (test: (bench: DockerfileBench) => Promise<void>): Promise<void> => {
  const bench = openBench(memory)
  try {
    await bench.build(project)
    await test(bench)
  } finally {
    await bench.close()
  }
}

const isSource = (path: string) => path.startsWith("src/")
const isRead = (path: string) => isSource(path) || /^(package|package-lock|tsconfig)\.json$/.test(path)

describe("our Dockerfile", () => {
  it("runs nothing when nothing has changed", () =>
    used(async (bench) => {
      expect((await bench.build(project)).ran).toEqual([])
    }))

  it("never installs dependencies again because of the sources, and always builds", () =>
    fc.assert(
      fc.asyncProperty(fileEdits(project, isSource), ({ apply, path }) =>
        used(async (bench) => {
          const { cached, cause, ran } = await bench.build(apply(project))
          expect(cached).toContain("RUN npm ci")
          expect(ran[0]).toBe("COPY src ./src")
          expect(cause).toContain(path)
        })
      ),
      { numRuns: 25 }
    ))

  it("does not care for files that it does not copy", () =>
    fc.assert(
      fc.asyncProperty(
        fileEdits(project, (path) => !isRead(path) && path !== "Dockerfile" && path !== ".dockerignore"),
        ({ apply }) =>
          used(async (bench) => {
            expect((await bench.build(apply(project))).ran).toEqual([])
          })
      ),
      { numRuns: 25 }
    ))

  it("installs again when the lock file says something else", () =>
    used(async (bench) => {
      const { cause, ran } = await bench.build(withFile("package-lock.json", "{}")(project))
      expect(ran).toContain("RUN npm ci")
      expect(cause).toMatch(/^package-lock\.json: content /)
    }))

  it("builds again for another version, and does nothing else for it", () =>
    used(async (bench) => {
      const { cause, ran } = await bench.build(withArg("VERSION", "2.0")(project))
      expect(ran).toEqual([
        'RUN npm run build -- --define "VERSION=$VERSION"',
        // What follows it, and nothing of what is before.
        "COPY --from=build /app/dist ./dist",
        "USER node",
        'CMD ["node", "dist/main.js"]'
      ])
      expect(cause).toBe("ARG VERSION: dev → 2.0")
    }))

  it("keeps the build when only the image below the last stage moves", () =>
    used(async (bench) => {
      const { cached, ran } = await bench.build(withBase("node:22-slim", "next")(project))
      expect(cached).toContain("RUN npm ci")
      expect(cached).toContain('RUN npm run build -- --define "VERSION=$VERSION"')
      expect(ran[0]).toBe("WORKDIR /app")
    }))

  it("would install again for each change of the sources if it copied everything at once", () =>
    used(async (bench) => {
      // What the properties above protect from.
      const careless = withText("COPY package.json package-lock.json ./", "COPY . ./")(project)
      await bench.build(careless)
      const { ran } = await bench.build(withFile("src/main.ts", "")(careless))
      expect(ran).toContain("RUN npm ci")
    }))

  it("gives the image of a build without cache, whatever was built before", () =>
    fc.assert(
      fc.asyncProperty(fc.array(fileEdits(project, isRead), { maxLength: 4 }), (edits) =>
        used(async (bench) => {
          let now = project
          for (const { apply } of edits) {
            const next = apply(now)
            // Without a file that it names, a build fails, cached or not.
            if (!["package.json", "package-lock.json", "tsconfig.json"].every((path) => next.files.has(path))) continue
            if (![...next.files.keys()].some(isSource)) continue
            now = next
            // oxlint-disable-next-line no-await-in-loop
            await bench.build(now)
          }
          expect((await bench.build(now)).image).toBe((await bench.cold(now)).image)
        })
      ),
      { numRuns: 15 }
    ))
})

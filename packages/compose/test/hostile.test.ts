import { execFileSync } from "node:child_process"
import { truncateSync } from "node:fs"
import { join } from "node:path"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import { loadProject } from "@gantry/compose/load-project"
import { complaints, inFolder, load, problemsOf, requestIn } from "./loading.ts"

/** What is wrong with the files of a folder that something was done to. */
const afterwards = (files: Record<string, string>, change: (folder: string) => void) =>
  inFolder(files, async (folder) => {
    change(folder)
    const outcome = await Effect.runPromise(Effect.either(loadProject(requestIn(folder))))
    return Either.isLeft(outcome)
      ? outcome.left.problems.map(({ message }) => message.replaceAll(folder, "FOLDER"))
      : []
  })

describe("hostile files", () => {
  it("cannot fill the memory with aliases of aliases", async () => {
    const lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    for (let index = 1; index < 30; index++) {
      lines.push(`a${index}: &a${index} [${Array.from({ length: 10 }, () => `*a${index - 1}`).join(", ")}]`)
    }
    expect(await problemsOf(["services: {}", ...lines.map((line) => `x-${line}`)].join("\n"))).toMatchObject([
      { message: "the files have too many values, counting what aliases refer to" }
    ])
  })

  it("cannot fill it with merge keys, either", async () => {
    const wide = Array.from({ length: 1000 }, (_, index) => `k${index}: v`).join(", ")
    const lines = [`x-a: &a {${wide}}`, `x-b: [${Array.from({ length: 2000 }, () => "{<<: *a}").join(", ")}]`]
    expect(await complaints(["services: {}", ...lines].join("\n"))).toHaveLength(1)
  })

  it("cannot refer to what they stand in, or to what is not there", async () => {
    expect(await complaints("services: {}\nx-a: &a [*a]")).toEqual([
      "2:10 : the alias *a stands inside of what it refers to"
    ])
    expect(await complaints("services: {}\nx-a: *b")).toEqual([
      "2:6 : the alias *b refers to nothing that stands before it"
    ])
    expect(await complaints("services: {}\nx-a: &a {<<: *a}")).toHaveLength(1)
  })

  it("cannot nest without end", async () => {
    expect(await complaints(`services: {}\nx-a: ${"[".repeat(150)}${"]".repeat(150)}`)).toEqual([
      "2:106 : values are nested more than 100 levels deep"
    ])
    expect(await complaints("[".repeat(50_000))).not.toEqual([])
    expect(await complaints(`x-a: ${"[{a: ".repeat(20_000)}`)).not.toEqual([])
  })

  it("cannot be long without end", async () => {
    expect(await complaints(`services: {}\n#${"x".repeat(1024 * 1024)}`)).toEqual([
      "undefined:undefined : the file cannot be read: it is longer than 1048576 bytes"
    ])
    expect(await problemsOf({}, { files: ["-"], stdin: () => `#${"x".repeat(1024 * 1024)}` })).toHaveLength(1)
  })

  it("cannot become long by their variables", async () => {
    const environment = { BIG: "x".repeat(1_000_000) }
    const values = Array.from({ length: 100 }, () => "$BIG").join(", ")
    const problems = await complaints(`services: {}\nx-a: [${values}]`, { environment })
    expect(problems[0]).toContain("its variables make it too long")
  })

  it("cannot keep waiting with pipes, devices and endless files", async () => {
    const file = "services: {web: {image: a, env_file: [pipe], extends: {file: pipe, service: a}}}\ninclude: [pipe]"
    const made = (folder: string) => {
      execFileSync("mkfifo", [join(folder, "pipe")])
    }
    expect(await afterwards({ "compose.yaml": file }, made)).toEqual([
      "the file cannot be read: it is not a regular file",
      "FOLDER/pipe cannot be read: it is not a regular file"
    ])
    const environment = "services: {web: {image: a, env_file: [pipe, /dev/zero], label_file: /dev/full}}"
    expect(await afterwards({ "compose.yaml": environment }, made)).toEqual([
      "FOLDER/pipe cannot be read: it is not a regular file",
      "/dev/zero cannot be read: it is not a regular file",
      "/dev/full cannot be read: it is not a regular file"
    ])
    expect(
      await afterwards({ "compose.yaml": "include: [{path: a.yaml, env_file: pipe}]", "a.yaml": "services: {}" }, made)
    ).toEqual(["the environment file cannot be read: it is not a regular file"])
    expect(await afterwards({ ".env": "COMPOSE_FILE=pipe" }, made)).toEqual([
      "the file cannot be read: it is not a regular file"
    ])
    const long = { "compose.yaml": "services: {web: {image: a, env_file: long}}", long: "" }
    const truncated = (folder: string) => truncateSync(join(folder, "long"), 2 ** 40)
    expect(await afterwards(long, truncated)).toEqual(["FOLDER/long cannot be read: it is longer than 8388608 bytes"])
  })

  it("cannot fill the memory with ranges of ports", async () => {
    const lines = Array.from({ length: 2000 }, (_, index) =>
      `"${index}.1.1.1:1-65535:1-65535"`.replace(/"\d{3,}/, '"9')
    )
    const problems = await complaints(`services: {web: {image: a, ports: [${lines.join(", ")}]}}`)
    expect(problems[0]).toContain("the files publish too many ports")
  })

  it("cannot fill it with services that extend each other", async () => {
    const environment = Array.from({ length: 5000 }, (_, index) => `K${index}: v`).join(", ")
    const services = Array.from({ length: 5000 }, (_, index) => `s${index}: {extends: base}`).join(", ")
    const problems = await complaints(`services: {base: {image: a, environment: {${environment}}}, ${services}}`)
    expect(problems[0]).toContain("the files have too many values, counting what is extended")
  })

  it("cannot have the same long file of variables read for ever", async () => {
    const services = Array.from({ length: 200 }, (_, index) => `s${index}: {image: a, env_file: long}`).join(", ")
    const files = { "compose.yaml": `services: {${services}}`, long: `#${"x".repeat(4_000_000)}` }
    expect((await complaints(files))[0]).toContain("the files of variables are too long together")
  })

  it("cannot make the search for what was meant long", async () => {
    const [a, b] = ["a", "b"].map((letter) => letter + "x".repeat(200_000))
    expect(await complaints(`services: {${a}: {image: a, depends_on: [${b}]}}`)).toHaveLength(1)
    const many = Array.from({ length: 3000 }, (_, index) => `s${index}: {image: a, depends_on: [t${index}]}`).join(", ")
    const problems = await problemsOf(`services: {${many}}`)
    expect(problems).toHaveLength(101)
    expect(problems.at(-1)).toEqual({ path: "", message: "there are 2900 more problems" })
  })

  it("cannot say a key twice, or give it no text", async () => {
    expect(await complaints("services: {a: {image: a, image: b}}")).toEqual([
      `1:26 : the key "image" is there twice, first in line 1`
    ])
    expect(await complaints("services: {}\n? [a]\n: b")).toEqual(["2:3 : a key is not a text"])
  })

  it("cannot be binary, and cannot have tags of their own", async () => {
    expect(await complaints("services: {}\0")).toHaveLength(1)
    expect(await complaints("services: {}\nx-a: !!binary eA==\nx-b: !thing 1")).toEqual([
      "2:15 : the tag tag:yaml.org,2002:binary means nothing here",
      "3:13 : the tag !thing means nothing here"
    ])
  })

  it("take many services in time", async () => {
    const services = Array.from(
      { length: 2000 },
      (_, index) => `  s${index}: {image: a, depends_on: [${index === 0 ? "" : `s${index - 1}`}]}`
    )
    expect(Object.keys((await load(["services:", ...services].join("\n"))).services)).toHaveLength(2000)
  })

  it("are read or refused, and never make gantry fail", async () => {
    const word = fc.constantFrom(
      "services",
      "web",
      "image",
      "ports",
      "volumes",
      "extends",
      "depends_on",
      "build",
      "networks",
      "a",
      "80:80",
      "environment",
      "include",
      "deploy",
      "secrets",
      "healthcheck",
      "test",
      "<<",
      "name"
    )
    const { tree } = fc.letrec<{ tree: unknown }>((tie) => ({
      tree: fc.oneof(
        { maxDepth: 4, withCrossShrink: true },
        fc.oneof(
          word,
          fc.integer({ min: -1, max: 99 }),
          fc.boolean(),
          fc.constant(null),
          fc.constantFrom("$", "${", "!!x", "*a")
        ),
        fc.array(tie("tree"), { maxLength: 3 }),
        fc.dictionary(word, tie("tree"), { maxKeys: 4 })
      )
    }))
    const file = fc.record({
      services: fc.dictionary(word, fc.dictionary(word, tree, { maxKeys: 5 }), { maxKeys: 3 }),
      extra: fc.dictionary(word, tree, { maxKeys: 3 })
    })
    await fc.assert(
      fc.asyncProperty(file, async ({ extra, services }) => {
        const text = JSON.stringify({ ...extra, services })
        const outcome = await Effect.runPromise(
          Effect.either(loadProject(requestIn("/nowhere", { files: ["-"], stdin: () => text, name: "p" })))
        )
        const problems = Either.isLeft(outcome) ? outcome.left.problems : [{ message: "none" }]
        expect(problems.length).toBeGreaterThan(0)
      }),
      { numRuns: 300 }
    )
  })
})

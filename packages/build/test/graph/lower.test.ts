import { Either } from "effect"
import { describe, expect, it } from "vitest"
import { parse } from "../../src/dockerfile/parse.ts"
import { type LowerOptions, lower } from "../../src/graph/lower.ts"
import { print } from "../../src/graph/print.ts"
import { graphOf, linux } from "../solve/memory-build.ts"

const problems = (text: string, options: Partial<LowerOptions> = {}) =>
  Either.match(
    Either.flatMap(parse(text), (file) => lower(file, { text, platform: linux, ...options })),
    {
      onLeft: (found) =>
        found.map(({ code, message, range, suggestion }) => [
          code,
          range.start.line,
          range.start.column,
          message,
          suggestion
        ]),
      onRight: () => []
    }
  )

describe("lower", () => {
  it("finds stages by name and by number, images, and what is not needed", () => {
    const text = `FROM alpine AS Build
RUN make
FROM scratch AS unused
COPY x /
FROM BUILD AS test
RUN test
FROM scratch AS end
COPY --from=build /a /a
COPY --from=0 /b /b
COPY --from=nginx:1 /c /c
`
    expect(print(graphOf(text))).toBe(`build: from image alpine for linux/amd64
  RUN make
unused: from scratch for linux/amd64 (not needed)
  COPY x /
test: from stage build for linux/amd64 (not needed)
  RUN test
end: from scratch for linux/amd64 (target)
  COPY --from=build /a /a <- stage build
  COPY --from=0 /b /b <- stage build
  COPY --from=nginx:1 /c /c <- image nginx:1
`)
    expect(graphOf(text, { target: "TEST" }).needed).toEqual([0, 2])
    expect(graphOf(text, { target: "0" }).target).toBe(0)
  })

  it("means the later of two stages of one name, and an image when the stage comes later", () => {
    const text = "FROM alpine AS a\nFROM a AS a\nFROM a\nFROM busybox AS later\nFROM later\n"
    expect(graphOf(text).stages.map(({ base }) => base)).toEqual([
      { of: "image", reference: "alpine" },
      { of: "stage", index: 0 },
      { of: "stage", index: 1 },
      { of: "image", reference: "busybox" },
      { of: "stage", index: 3 }
    ])
    expect(graphOf("FROM later\nFROM alpine AS later\n").stages[0]?.base).toEqual({ of: "image", reference: "later" })
  })

  it("reads FROM with global arguments, the caller's first, and with the platforms", () => {
    const text =
      "ARG V=1\nARG NAME=app:$V\nFROM --platform=$BUILDPLATFORM $NAME AS a\nFROM --platform=linux/arm64 x-$TARGETARCH\n"
    const of = (buildArgs: Record<string, string>) =>
      graphOf(text, {
        buildArgs: new Map(Object.entries(buildArgs)),
        buildPlatform: { os: "linux", architecture: "s390x" }
      })
    expect(of({}).stages.map(({ base, platform }) => [base, platform.architecture])).toEqual([
      [{ of: "image", reference: "app:1" }, "s390x"],
      [{ of: "image", reference: "x-amd64" }, "arm64"]
    ])
    expect(of({ V: "2" }).stages[0]?.base).toEqual({ of: "image", reference: "app:2" })
    expect(of({ NAME: "b" }).stages[0]?.base).toEqual({ of: "image", reference: "b" })
  })

  it.each([
    [{ architecture: "arm64", variant: "v8" }, "linux/arm64:arm64-"],
    [{ architecture: "arm64", variant: "v9" }, "linux/arm64/v9:arm64-v9"],
    [{ architecture: "arm", variant: "v7" }, "linux/arm/v7:arm-v7"],
    [{ architecture: "amd64" }, "linux/amd64:amd64-"]
  ])("tells of the platform %j without the variant that is meant anyway", (machine, told) => {
    const platform = { os: "linux", ...machine }
    const text = (kind: string) => `FROM $${kind}PLATFORM:$${kind}ARCH-$${kind}VARIANT\n`
    for (const kind of ["TARGET", "BUILD"]) {
      const graph = graphOf(text(kind), { platform, buildPlatform: platform })
      expect(graph.stages[0]?.base).toEqual({ of: "image", reference: told })
    }
  })

  it("puts a named context in the place of an image, of a source, and of a whole stage", () => {
    const contexts = new Map([
      ["debian", { of: "image", reference: "oci:/layouts/debian" }],
      ["src", { of: "files" }],
      ["made", { of: "image", reference: "app:1" }]
    ] as const)
    const text = `FROM docker.io/library/Debian:latest AS first
COPY --from=src /a /a
COPY --from=debian /b /b
FROM nowhere AS made
RUN never
FROM src
COPY --from=made /c /c
`.replace("Debian", "debian")
    expect(print(graphOf(text, { contexts }))).toBe(`first: from image oci:/layouts/debian for linux/amd64 (not needed)
  COPY --from=src /a /a <- context src
  COPY --from=debian /b /b <- image oci:/layouts/debian
made: from image app:1 for linux/amd64
stage-2: from scratch for linux/amd64 (target)
  FROM src <- context src
  COPY --from=made /c /c <- stage made
`)
  })

  it("does not let a named context stand for scratch, or for another tag", () => {
    const contexts = new Map([
      ["scratch", { of: "image", reference: "x" }],
      ["debian:12", { of: "image", reference: "y" }]
    ] as const)
    const bases = graphOf("FROM scratch\nFROM debian\nFROM debian:12\n", { contexts }).stages.map(({ base }) => base)
    expect(bases).toEqual([{ of: "scratch" }, { of: "image", reference: "debian" }, { of: "image", reference: "y" }])
  })

  it("gives a stage on a stage the platform of that one", () => {
    const { stages } = graphOf("FROM --platform=linux/arm64 alpine AS a\nFROM a\n")
    expect(stages[1]?.platform.architecture).toBe("arm64")
  })

  it.each([
    [
      "FROM a\nCOPY --from=0 /x /\n",
      ["copy-from-itself", 2, 6, "a stage cannot copy from itself", "name an earlier stage"]
    ],
    [
      "FROM a AS b\nCOPY --from=B /x /\n",
      ["copy-from-itself", 2, 6, "a stage cannot copy from itself", "name an earlier stage"]
    ],
    [
      "FROM a\nCOPY --from=c /x /\nFROM b AS c\n",
      ["forward-reference", 2, 6, "stage c comes after this one", "move it above this stage"]
    ],
    [
      "FROM a\nCOPY --from=7 /x /\n",
      ["unknown-stage", 2, 6, "there is no stage 7", "stages are numbered from 0; this one is 0"]
    ],
    ["ARG X\nFROM $X\n", ["blank-base", 2, 6, "the name of the base image is empty", undefined]],
    [
      "FROM --platform=a/b/c/d x\n",
      ["bad-platform", 1, 17, '"a/b/c/d" is not a platform', "write os/architecture, for example linux/amd64"]
    ],
    [
      "FROM a AS x\nRUN --mount=from=x,target=/x ls\n",
      ["copy-from-itself", 2, 13, "a stage cannot mount itself", "name an earlier stage"]
    ],
    [
      "FROM a\nRUN --security=insecure ls\n",
      [
        "insecure-refused",
        2,
        1,
        "RUN --security=insecure is refused: a build step gets no rights over the host",
        "leave the option out, or run the command in a container with gantry run --privileged"
      ]
    ]
  ])("refuses %j", (text, problem) => {
    expect(problems(text)).toContainEqual(problem)
  })

  it("names the stage that was probably meant, or those there are", () => {
    const text = "FROM a AS build\nFROM b AS test\n"
    expect(problems(text, { target: "tets" })).toEqual([
      ["unknown-target", 2, 1, 'there is no stage "tets"', "did you mean test?"]
    ])
    expect(problems(text, { target: "x" })[0]?.[4]).toBe("stages are build, test")
    expect(problems("FROM a\n", { target: "x" })[0]?.[4]).toBe("no stage has a name")
    expect(problems(text, { target: "2" })).toHaveLength(1)
  })

  it("reports all errors in the order of the file", () => {
    const text = "FROM a\nCOPY --from=9 /x /\nRUN --mount=from=7,target=/x ls\n"
    expect(problems(text, { target: "x" }).map(([code]) => code)).toEqual([
      "unknown-target",
      "unknown-stage",
      "unknown-stage"
    ])
  })

  it("needs the stages that a command mounts, and no others", () => {
    const text = `FROM a AS one
FROM b AS two
FROM c AS three
FROM d
RUN --mount=from=one,target=/1 --mount=type=cache,target=/2,from=2 --mount=from=img,target=/3 ls
`
    const { needed, stages } = graphOf(text)
    expect(needed).toEqual([0, 2, 3])
    expect(stages[3]?.steps[0]?.mountsFrom).toEqual([
      { of: "stage", index: 0 },
      { of: "stage", index: 2 },
      { of: "image", reference: "img" }
    ])
  })

  it("warns of a variable in FROM that nothing sets", () => {
    expect(graphOf("ARG VERSION=1\nFROM a:x$VERISON\n").warnings).toMatchObject([
      { code: "undefined-argument", suggestion: "did you mean VERSION?", range: { start: { line: 2, column: 6 } } }
    ])
  })
})

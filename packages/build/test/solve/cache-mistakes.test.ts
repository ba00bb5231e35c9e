/**
 * Mistakes that caches of other builders have made, each as a test of its own. Those that need a disk or a registry are
 * beside what they try: a shared cache that is damaged or not there, and that a shared cache changes nothing but the time
 * (`e2e/cache-sharing.test.ts`); a collection that takes what is reserved or what a build uses
 * (`engine/test/prune/cache-limits.test.ts`, `plan.test.ts`); entries that are in a cached tree twice (`e2e/cache.test.ts`).
 */
import { Effect } from "effect"
import { describe, expect, it } from "vitest"
import { ofBytes } from "@gantry/core/image/Digest"
import type { StepKey } from "@gantry/core/store/BuildCache"
import { type Build, build, keysOf, machine } from "./memory-build.ts"

const run = Effect.runPromise

/** What runs when a Dockerfile is built, something is changed, and it is built again. */
const again = async (text: string, how: Build, changed: { readonly text?: string; readonly how?: Build }) => {
  const on = machine()
  await run(build(on, text, how))
  const second = await run(build(on, changed.text ?? text, changed.how ?? how))
  const cold = await run(build(machine(), changed.text ?? text, changed.how ?? how))
  return { ...second, sameAsCold: second.stack.join() === cold.stack.join() }
}

describe("an instruction that only sets something is part of the key (CVE-2024-24557)", () => {
  const changes: ReadonlyArray<readonly [string, string]> = [
    ["HEALTHCHECK CMD true", "HEALTHCHECK CMD false"],
    ["HEALTHCHECK CMD true", "HEALTHCHECK --interval=5s CMD true"],
    ["HEALTHCHECK CMD true", "HEALTHCHECK NONE"],
    ["ONBUILD RUN one", "ONBUILD RUN two"],
    ["LABEL a=1", "LABEL a=2"],
    ["EXPOSE 80", "EXPOSE 80/udp"],
    ["STOPSIGNAL SIGINT", "STOPSIGNAL SIGQUIT"],
    ["USER 1", "USER 2"],
    ["VOLUME /a", "VOLUME /b"],
    ['SHELL ["/bin/sh"]', 'SHELL ["/bin/ash"]'],
    ['ENTRYPOINT ["/a"]', 'ENTRYPOINT ["/b"]'],
    ['CMD ["/a"]', "CMD /a"],
    ["MAINTAINER a", "MAINTAINER b"],
    ["ENV A=1", "ENV A=2"]
  ]
  for (const [before, after] of changes) {
    it(`${before} → ${after}`, async () => {
      const file = (line: string) => `FROM alpine\n${line}\nRUN make\n`
      const on = machine()
      const first = await run(build(on, file(before)))
      const second = await run(build(on, file(after)))
      expect(second.ran).toEqual([after, "RUN make"])
      const said = ({ author, config }: typeof first.config) => ({ author, config })
      expect(said(second.config)).not.toEqual(said(first.config))
    })
  }

  it("nothing but a record of the very same facts is a hit on scratch, wherever it came from", async () => {
    const text = "FROM scratch\nCOPY a /a\n"
    const on = machine()
    const { steps } = await run(build(machine(), text, { files: { a: "1" } }))
    const key = keysOf({ steps }).find((each) => each !== undefined)
    const strange = {
      facts: "d",
      instruction: "COPY a /a",
      parent: "scratch",
      layer: ofBytes("poison"),
      createdAt: 1,
      tookMs: 1
    }
    await run(
      on.cache.put([
        { ...strange, key: key as StepKey },
        { ...strange, key: ofBytes("other") as StepKey }
      ])
    )
    const built = await run(build(on, text, { files: { a: "1" } }))
    expect(built.ran).toEqual(["COPY a /a"])
    expect(built.stack).not.toContain(ofBytes("poison"))
  })
})

describe("all sources of a copy are part of the key, not the first alone (moby#38964)", () => {
  const files = { a: "1", b: "1", "d/c": "1" }
  for (const name of Object.keys(files)) {
    it.each(["COPY a b d /to/", "ADD a b d /to/", 'COPY ["a", "b", "d", "/to/"]', "COPY ? d /to/"])(
      `%s, when ${name} is another`,
      async (copy) => {
        const second = await again(
          `FROM alpine\n${copy}\nRUN make\n`,
          { files },
          { how: { files: { ...files, [name]: "2" } } }
        )
        expect(second.ran).toEqual([copy, "RUN make"])
        expect(second.sameAsCold).toBe(true)
      }
    )
  }
})

describe("a build argument that is used is part of the key (podman#8591)", () => {
  // A shell sees it, whether the command names it or not.
  it.each([
    "RUN make $V",
    "RUN make",
    'RUN ["make"]',
    "ENV A=$V",
    "LABEL a=${V}",
    "WORKDIR /$V",
    "COPY $V /to/",
    "USER $V"
  ])("%s", async (line) => {
    const text = `FROM alpine\nARG V\n${line}\nRUN last\n`
    const files = { "1": "same", "2": "same" }
    const how = (value: string) => ({ files, buildArgs: new Map([["V", value]]) })
    const second = await again(text, how("1"), { how: how("2") })
    expect(second.ran).toEqual([line, "RUN last"])
    expect(second.sameAsCold).toBe(true)
  })

  it("in FROM, by another base", async () => {
    const on = machine()
    on.images.set("other", { Cmd: ["/other"] })
    const text = "ARG B=alpine\nFROM $B\nRUN make\n"
    await run(build(on, text))
    expect((await run(build(on, text, { buildArgs: new Map([["B", "other"]]) }))).ran).toEqual(["RUN make"])
  })
})

it("other content of the same length under the same names is another copy (podman#2544)", async () => {
  const text = "FROM alpine\nCOPY . /to/\nRUN make\n"
  const second = await again(text, { files: { "d/a": "1", b: "2" } }, { how: { files: { "d/a": "2", b: "1" } } })
  expect(second.ran).toEqual(["COPY . /to/", "RUN make"])
})

describe("what a command mounts from elsewhere is part of its key", () => {
  const text = "FROM alpine AS made\nCOPY a /a\nFROM alpine\nRUN --mount=type=bind,from=made,target=/m use\n"
  it("from another stage", async () => {
    const second = await again(text, { files: { a: "1" } }, { how: { files: { a: "2" } } })
    expect(second.ran).toEqual(["COPY a /a", "RUN --mount=type=bind,from=made,target=/m use"])
    expect(second.sameAsCold).toBe(true)
  })

  it("from the context, and only the part that is shown", async () => {
    const mounting = "FROM alpine\nRUN --mount=type=bind,source=d,target=/m use\n"
    const files = { "d/a": "1", b: "1" }
    const shown = await again(mounting, { files }, { how: { files: { ...files, "d/a": "2" } } })
    expect(shown.ran).toHaveLength(1)
    const hidden = await again(mounting, { files }, { how: { files: { ...files, b: "2" } } })
    expect(hidden.ran).toEqual([])
  })
})

it.each([
  ["a command", "RUN <<E\nONE\nE"],
  ["a script of another interpreter", "RUN <<E python3\nONE\nE"],
  ["the second of two", "RUN <<A cat - <<B\nfirst\nA\nONE\nB"],
  ["a file", "COPY <<E /f\nONE\nE"],
  ["a file that is added", "ADD <<E /f\nONE\nE"],
  ["a file beside others", "COPY a <<E /to/\nONE\nE"]
])("the body of a heredoc is part of the key: %s", async (_, instruction) => {
  const text = `FROM alpine\n${instruction}\nRUN make\n`
  const second = await again(text, { files: { a: "1" } }, { text: text.replace("ONE", "TWO") })
  expect(second.ran).toHaveLength(2)
  expect(second.sameAsCold).toBe(true)
})

it("a step that changes nothing has no layer, and later layers stay with their own instructions (earthly#1635, buildkit#2198)", async () => {
  const on = machine()
  const text = "FROM alpine\nRUN one\nRUN true\nENV A=1\nRUN true again\nRUN two\nCOPY a /a\n"
  const cold = await run(build(on, text, { files: { a: "1" } }))
  const cached = await run(build(on, text, { files: { a: "1" } }))
  expect(cached.ran).toEqual([])
  expect(cached.config).toEqual(cold.config)
  const withLayer = cold.config.history.filter(({ empty_layer: isEmpty }) => isEmpty !== true)
  expect(withLayer).toHaveLength(cold.config.rootfs.diff_ids.length)
  const at = withLayer.findIndex(({ created_by: by }) => by?.includes("two"))
  const two = cold.steps.find(({ step }) => step.text === "RUN two")
  expect(cold.config.rootfs.diff_ids[at]).toBe(two?.layer)
  // Each layer is there once.
  expect(new Set(cold.stack).size).toBe(cold.stack.length)
})

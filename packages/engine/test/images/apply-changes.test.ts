import { describe, expect, it } from "@effect/vitest"
import type { ImageConfig, ProcessConfig } from "@gantry/core/image/ImageConfig"
import { applyChanges } from "@gantry/engine/images/apply-changes"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"

const image = (config: ProcessConfig): ImageConfig => ({
  architecture: "amd64",
  os: "linux",
  config,
  rootfs: { type: "layers", diff_ids: [] },
  history: [{ created_by: "before" }]
})

const after = (config: ProcessConfig, ...changes: ReadonlyArray<string>) =>
  Effect.map(applyChanges(image(config), changes), (next) => next.config)

const refusal = (...changes: ReadonlyArray<string>) =>
  Effect.map(Effect.either(applyChanges(image({}), changes)), Either.getLeft).pipe(Effect.flatten)

describe("applyChanges", () => {
  it.effect("sets each setting as a Dockerfile would", () =>
    Effect.gen(function* () {
      const changed = yield* after(
        {},
        "CMD echo hi",
        'ENTRYPOINT ["/bin/tini", "--"]',
        "ENV A=1 B=two",
        "EXPOSE 80 53/udp",
        'LABEL name="a b"',
        "ONBUILD RUN make",
        "USER app:www",
        'VOLUME ["/data"]',
        "WORKDIR /srv",
        "STOPSIGNAL SIGINT",
        "HEALTHCHECK --interval=5s CMD true",
        'SHELL ["/bin/bash", "-c"]'
      )
      expect(changed).toEqual({
        Cmd: ["/bin/sh", "-c", "echo hi"],
        Entrypoint: ["/bin/tini", "--"],
        Env: ["A=1", "B=two"],
        ExposedPorts: { "53/udp": {}, "80/tcp": {} },
        Labels: { name: "a b" },
        OnBuild: ["RUN make"],
        User: "app:www",
        Volumes: { "/data": {} },
        WorkingDir: "/srv",
        StopSignal: "SIGINT",
        Healthcheck: { Test: ["CMD-SHELL", "true"], Interval: 5e9 },
        Shell: ["/bin/bash", "-c"]
      })
    })
  )

  it.effect("reads variables that were set before, by the image or by an earlier change", () =>
    Effect.gen(function* () {
      const changed = yield* after({ Env: ["HOME=/root"] }, "ENV APP=$HOME/app", "WORKDIR $APP")
      expect(changed.Env).toEqual(["HOME=/root", "APP=/root/app"])
      expect(changed.WorkingDir).toBe("/root/app")
    })
  )

  it.effect("takes the image's CMD away with a new ENTRYPOINT, but not one that was set before it", () =>
    Effect.gen(function* () {
      expect(yield* after({ Cmd: ["old"] }, 'ENTRYPOINT ["new"]')).toEqual({ Entrypoint: ["new"] })
      expect((yield* after({ Cmd: ["old"] }, 'CMD ["mine"]', 'ENTRYPOINT ["new"]')).Cmd).toEqual(["mine"])
    })
  )

  it.effect("leaves everything else alone", () =>
    Effect.gen(function* () {
      const before = image({ OnBuild: ["RUN a"], Labels: { a: "1" } })
      expect(yield* applyChanges(before, [])).toBe(before)
      const next = yield* applyChanges(before, ["USER 7"])
      expect(next).toEqual({ ...before, config: { ...before.config, User: "7" } })
    })
  )

  it.effect("reads several lines of one change", () =>
    Effect.gen(function* () {
      expect(yield* after({}, "USER 7\nWORKDIR /a")).toEqual({ User: "7", WorkingDir: "/a" })
    })
  )

  for (const [change, why] of [
    ["RUN make", "RUN cannot be changed"],
    ["COPY a b", "COPY cannot be changed"],
    ["ADD a b", "ADD cannot be changed"],
    ["FROM other", "FROM cannot be changed"],
    ["ARG a", "ARG cannot be changed"],
    ["MAINTAINER me", "MAINTAINER cannot be changed"],
    ["", "no instruction"],
    ["# note", "no instruction"],
    ["CDM x", "no instruction CDM"],
    ["EXPOSE http", "http"],
    ["WORKDIR", "WORKDIR"],
    ["ENV A=${B", "in the substitution of B"]
  ] as const) {
    it.effect(`refuses ${JSON.stringify(change)}`, () =>
      Effect.gen(function* () {
        const problem = yield* refusal(change)
        expect(problem.option).toBe(`--change ${JSON.stringify(change)}`)
        expect(problem.why).toContain(why)
      })
    )
  }
})

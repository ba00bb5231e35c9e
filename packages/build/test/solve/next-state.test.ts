import { Either } from "effect"
import { describe, expect, it } from "vitest"
import type { ImageConfig } from "@gantry/core/image/ImageConfig"
import { nextState, type Step } from "../../src/solve/next-state.ts"
import { onImage, processConfig } from "../../src/solve/stage-state.ts"
import { baseOf, graphOf, linux } from "./memory-build.ts"

/** Folds the instructions of the last stage. */
const fold = (
  lines: string,
  {
    args = {},
    base = {},
    globals = ""
  }: { args?: Record<string, string>; base?: ImageConfig["config"]; globals?: string } = {}
) => {
  const graph = graphOf(`${globals}FROM base\n${lines}\n`, { buildArgs: new Map(Object.entries(args)) })
  const steps: Array<Step> = []
  let state = onImage(baseOf("base", { Env: ["PATH=/bin"], ...base }).config, linux)
  for (const node of graph.stages.at(-1)?.steps ?? []) {
    const step = Either.getOrThrowWith(nextState(state, node, graph), ({ message }) => new Error(message))
    steps.push(step)
    state = step.state
  }
  const { Env, ...rest } = processConfig(state)
  return {
    state,
    steps,
    env: Env?.slice(1),
    config: rest,
    history: steps.map(({ createdBy }) => createdBy),
    action: steps.at(-1)?.action
  }
}

describe("variables", () => {
  it("see what was before their instruction, not what it sets", () => {
    expect(fold("ENV a=1\nENV a=2 b=$a").env).toEqual(["a=2", "b=1"])
  })

  it("of ENV hide those of ARG, wherever the two stand", () => {
    expect(fold("ARG A=arg\nENV A=env\nLABEL x=$A").config.Labels).toEqual({ x: "env" })
    expect(fold("ENV A=env\nARG A=arg\nLABEL x=$A").config.Labels).toEqual({ x: "env" })
    expect(fold("ENV A=env\nARG A=arg B=b\nRUN x").action).toMatchObject({ args: new Map([["B", "b"]]) })
  })

  it("keep the place of their first definition", () => {
    expect(fold("ENV a=1 b=2\nENV c=3 a=4").env).toEqual(["a=4", "b=2", "c=3"])
  })

  it("of ARG take the caller's value, then their own, then the global one", () => {
    const lines = "ARG A\nARG B=own\nARG C=own\nARG D\nARG TARGETARCH\nLABEL x=$A-$B-$C-$D-$TARGETARCH"
    const how = { globals: "ARG A=global\nARG B=global\n", args: { C: "caller", B2: "none" } }
    expect(fold(lines, how).config.Labels).toEqual({ x: "global-own-caller--amd64" })
  })

  it("warns of a label with a password in an address, keeps it, and covers it in the history", () => {
    const { config, steps } = fold('ARG U=https://a:b@host\nLABEL plain=https://host url="$U" none=$U2')
    expect(config.Labels?.["url"]).toBe("https://a:b@host")
    expect(steps[1]?.warnings.map(({ code, message }) => [code, message])).toEqual([
      ["undefined-variable", "the variable U2 has no value"],
      ["login-in-label", "the label url has an address with a user or a password, which whoever has the image can read"]
    ])
    expect(steps.map(({ createdBy }) => createdBy)).toEqual([
      "ARG U=https://***@host",
      "LABEL plain=https://host url=https://***@host none="
    ])
  })

  it("of ARG are not there without a declaration", () => {
    const { config, steps } = fold("LABEL x=$A-$TARGETARCH", { globals: "ARG A=global\n" })
    expect(config.Labels).toEqual({ x: "-" })
    expect(steps[0]?.warnings.map(({ message }) => message)).toEqual([
      "the variable A has no value",
      "the variable TARGETARCH has no value"
    ])
  })

  it("of ARG see those before them on the line", () => {
    expect(fold("ARG A=1 B=$A-2\nLABEL x=$B").config.Labels).toEqual({ x: "1-2" })
    expect(fold("ARG A=1\nARG A\nLABEL x=$A").config.Labels).toEqual({ x: "1" })
  })

  it("for proxies reach commands without a declaration, and nothing else", () => {
    const how = { args: { http_proxy: "p", HTTPS_PROXY: "q", OTHER: "r" } }
    const { action, history } = fold("ARG HTTPS_PROXY\nRUN x", how)
    expect(action).toMatchObject({ proxies: new Map([["http_proxy", "p"]]), args: new Map([["HTTPS_PROXY", "q"]]) })
    expect(history).toEqual(["ARG HTTPS_PROXY=q", "RUN |1 HTTPS_PROXY=q /bin/sh -c x # buildkit"])
    expect(fold("LABEL x=$http_proxy", how).config.Labels).toEqual({ x: "" })
  })

  it("are left to the shell in RUN, CMD and ENTRYPOINT", () => {
    expect(fold("ENV A=1\nRUN echo $A").action).toMatchObject({ argv: ["/bin/sh", "-c", "echo $A"] })
    expect(fold('ENV A=1\nCMD ["$A"]').config.Cmd).toEqual(["$A"])
  })
})

describe("settings", () => {
  it.each<[string, ImageConfig["config"], string]>([
    ["CMD echo a", { Cmd: ["/bin/sh", "-c", "echo a"] }, 'CMD ["/bin/sh" "-c" "echo a"]'],
    ['CMD ["a", "b"]', { Cmd: ["a", "b"] }, 'CMD ["a" "b"]'],
    ["CMD []", { Cmd: [] }, "CMD []"],
    ['SHELL ["/bin/bash", "-c"]', { Shell: ["/bin/bash", "-c"] }, "SHELL [/bin/bash -c]"],
    [
      "EXPOSE 80 53/UDP 8000-8001",
      { ExposedPorts: { "53/udp": {}, "80/tcp": {}, "8000/tcp": {}, "8001/tcp": {} } },
      "EXPOSE map[53/udp:{} 80/tcp:{} 8000/tcp:{} 8001/tcp:{}]"
    ],
    ['VOLUME ["/b", "/a"]', { Volumes: { "/a": {}, "/b": {} } }, "VOLUME [/b /a]"],
    ["VOLUME /b /a", { Volumes: { "/a": {}, "/b": {} } }, "VOLUME [/b /a]"],
    ["USER bob:staff", { User: "bob:staff" }, "USER bob:staff"],
    ["STOPSIGNAL SIGRTMIN+3", { StopSignal: "SIGRTMIN+3" }, "STOPSIGNAL SIGRTMIN+3"],
    ["STOPSIGNAL RtMax-1", { StopSignal: "RtMax-1" }, "STOPSIGNAL RtMax-1"],
    ["STOPSIGNAL hup", { StopSignal: "hup" }, "STOPSIGNAL hup"],
    ["WORKDIR /a/../b//c/", { WorkingDir: "/b/c" }, "WORKDIR /b/c"],
    ["HEALTHCHECK NONE", { Healthcheck: { Test: ["NONE"] } }, "HEALTHCHECK NONE"],
    [
      "HEALTHCHECK --interval=5s --retries=2 CMD curl x",
      { Healthcheck: { Test: ["CMD-SHELL", "curl x"], Interval: 5e9, Retries: 2 } },
      "HEALTHCHECK --interval=5s --retries=2 CMD curl x"
    ],
    ['HEALTHCHECK CMD ["a"]', { Healthcheck: { Test: ["CMD", "a"] } }, 'HEALTHCHECK CMD ["a"]'],
    ["ONBUILD COPY a /b", { OnBuild: ["COPY a /b"] }, "ONBUILD COPY a /b"]
  ])("%s", (line, config, createdBy) => {
    const found = fold(line)
    expect(found.config).toEqual(config)
    expect(found.history).toEqual([createdBy])
    expect(found.action?.kind).toBe(line.startsWith("WORKDIR") ? "workdir" : "config")
  })

  it("go on from those of the base, and the last one wins", () => {
    const base = { Labels: { a: "1", b: "1" }, ExposedPorts: { "1/tcp": {} }, WorkingDir: "/w", Cmd: ["x"] }
    const { config } = fold("LABEL b=2 c=2\nEXPOSE 2\nWORKDIR sub\nWORKDIR ../other\nCMD a\nCMD b", { base })
    expect(config).toEqual({
      Labels: { a: "1", b: "2", c: "2" },
      ExposedPorts: { "1/tcp": {}, "2/tcp": {} },
      WorkingDir: "/w/other",
      Cmd: ["/bin/sh", "-c", "b"]
    })
  })

  it("lose an inherited CMD with an ENTRYPOINT, but not a CMD of the same stage", () => {
    const base = { Cmd: ["base"] }
    expect(fold('ENTRYPOINT ["e"]', { base }).config).toEqual({ Entrypoint: ["e"] })
    expect(fold('CMD ["c"]\nENTRYPOINT ["e"]', { base }).config).toEqual({ Cmd: ["c"], Entrypoint: ["e"] })
    expect(fold('ENTRYPOINT ["e"]\nCMD ["c"]', { base }).config).toEqual({ Cmd: ["c"], Entrypoint: ["e"] })
  })

  it("keep what a base has that is unknown here, and take out its triggers", () => {
    const base = { OnBuild: ["RUN x"], ArgsEscaped: true } as ImageConfig["config"]
    expect(fold("USER a", { base }).config).toEqual({ ArgsEscaped: true, User: "a" })
  })

  it("take the author from MAINTAINER", () => {
    const { history, state } = fold("MAINTAINER Jane Doe")
    expect([state.author, history]).toEqual(["Jane Doe", ["MAINTAINER Jane Doe"]])
  })
})

describe("RUN", () => {
  it("uses the shell of the stage, its user and its directory", () => {
    const { action } = fold('SHELL ["/bin/ash", "-ec"]\nUSER bob\nWORKDIR /w\nRUN --network=none make')
    expect(action).toMatchObject({ argv: ["/bin/ash", "-ec", "make"], user: "bob", cwd: "/w", network: "none" })
  })

  it.each([
    ["RUN <<EOF\na\nb\nEOF", ["/bin/sh", "-c", "a\nb\n"], []],
    [
      "RUN <<EOF\n#!/usr/bin/env python\nx\nEOF",
      ["/bin/sh", "-c", "/dev/pipes/EOF"],
      [{ path: "/dev/pipes/EOF", content: "#!/usr/bin/env python\nx\n" }]
    ],
    ["RUN cat <<A - <<B\na\nA\nb\nB", ["/bin/sh", "-c", "cat <<A - <<B\na\nA\nb\nB"], []]
  ])("knows the ways of a heredoc: %j", (text, argv, files) => {
    expect(fold(text).action).toMatchObject({ argv, files })
  })
})

describe("COPY", () => {
  it.each([
    ["COPY a b", "/w/b"],
    ["COPY a b/", "/w/b/"],
    ["COPY a .", "/w/"],
    ["COPY a ./x/.", "/w/x/"],
    ["COPY a ..", "/"],
    ["COPY a /../x//", "/x/"],
    ["COPY a /", "/"]
  ])("%s goes to %s", (line, dest) => {
    expect(fold(`WORKDIR /w\n${line}`).action).toMatchObject({ kind: "copy", dest })
  })

  it("expands all its words, and files that stand in the Dockerfile unless they are quoted", () => {
    const { action, history } = fold(
      'ENV A=1\nCOPY --chown=$A --chmod=0$A --exclude=*.$A --parents x$A /y$A/\nADD <<one <<"two" /z/\n$A "q"\none\n$A\ntwo'
    )
    expect(action).toMatchObject({
      unpack: true,
      inline: [
        { path: "one", content: '1 "q"\n' },
        { path: "two", content: "$A\n" }
      ]
    })
    expect(history.slice(1)).toEqual([
      "COPY --parents --chown=1 --chmod=01 x1 /y1/ # buildkit",
      "ADD <<one <<two /z/ # buildkit"
    ])
  })
})

describe("what cannot be read", () => {
  it.each([
    ["LABEL a=${b:x}", "unsupported modifier (:x)"],
    ["STOPSIGNAL $X!", '"!" is not a signal'],
    ["STOPSIGNAL FOO", '"FOO" is not a signal'],
    ["STOPSIGNAL 0", '"0" is not a signal'],
    ["STOPSIGNAL SIGRTMIN+31", '"SIGRTMIN+31" is not a signal'],
    ["COPY a $X", "the destination is empty"]
  ])("%s: %s", (line, message) => {
    expect(() => fold(line)).toThrow(message)
  })

  it("of quoted paths is said together with how to write them", () => {
    const graph = graphOf('FROM base\nCOPY "a b" c/\n')
    const state = onImage(baseOf("base", {}).config, linux)
    const [node] = graph.stages[0]?.steps ?? []
    const suggestion = 'write paths with blanks as ["a b", "c/"]'
    expect(Either.getOrThrow(Either.flip(nextState(state, node!, graph)))).toMatchObject({ suggestion })
  })
})

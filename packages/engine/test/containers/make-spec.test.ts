import { defaultCapabilities } from "@gantry/core/runtime/ContainerSpec"
import type { ProcessConfig } from "@gantry/core/image/ImageConfig"
import { capabilityNames } from "@gantry/linux/capabilities"
import { Either } from "effect"
import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import { commandOf, defaultPath, makeSpec } from "../../src/containers/make-spec.ts"
import { defaults, type RunOptions } from "../../src/containers/RunOptions.ts"
import { configOf } from "../world.ts"

const everything = capabilityNames.map((name) => name.slice("CAP_".length))
const id = "0123456789ab".padEnd(64, "c")

const asked = (options: Partial<RunOptions> = {}, image: ProcessConfig = { Cmd: ["sh"] }, all = everything) =>
  makeSpec({
    id,
    options: { ...defaults, image: "busybox", ...options },
    image: configOf(image),
    root: { type: "directory", path: "/nowhere" },
    mounts: [],
    allCapabilities: all,
    hostName: "host"
  })

const spec = (...args: Parameters<typeof asked>) => Either.getOrThrowWith(asked(...args), (problem) => problem)
const processOf = (...args: Parameters<typeof asked>) => spec(...args).process

describe("the command", () => {
  const entrypoint = { Entrypoint: ["/entry"] }
  const cmd = { Cmd: ["a", "b"] }

  it.each<[string, ProcessConfig, Partial<RunOptions>, ReadonlyArray<string>]>([
    ["CMD alone", cmd, {}, ["a", "b"]],
    ["ENTRYPOINT alone", entrypoint, {}, ["/entry"]],
    ["ENTRYPOINT with CMD as its words", { ...entrypoint, ...cmd }, {}, ["/entry", "a", "b"]],
    ["words in place of CMD", cmd, { command: ["x"] }, ["x"]],
    ["words in place of CMD, after ENTRYPOINT", { ...entrypoint, ...cmd }, { command: ["x"] }, ["/entry", "x"]],
    [
      "another entrypoint, without the CMD of the old one",
      { ...entrypoint, ...cmd },
      { entrypoint: ["/new"] },
      ["/new"]
    ],
    [
      "another entrypoint with words",
      { ...entrypoint, ...cmd },
      { entrypoint: ["/new"], command: ["x"] },
      ["/new", "x"]
    ],
    ["another entrypoint where there was none, without CMD", cmd, { entrypoint: ["/new"] }, ["/new"]],
    ["no entrypoint, by an empty word", { ...entrypoint, ...cmd }, { entrypoint: [""], command: ["x"] }, ["x"]],
    ["CMD alone where ENTRYPOINT is an empty word", { Entrypoint: [""], ...cmd }, {}, ["a", "b"]],
    ["an empty word as a word", cmd, { command: [""] }, [""]]
  ])("is %s", (_, image, options, argv) => {
    expect(processOf(options, image).argv).toEqual(argv)
  })

  it.each<[string, ProcessConfig, Partial<RunOptions>]>([
    ["neither is in the image", {}, {}],
    ["both are empty", { Entrypoint: [], Cmd: [] }, {}],
    ["the entrypoint is taken away and no words are given", { ...entrypoint, ...cmd }, { entrypoint: [""] }]
  ])("is missing when %s, and a hint says what to do", (_, image, options) => {
    const problem = Either.getOrThrow(Either.flip(asked(options, image)))
    expect(problem._tag).toBe("BadOption")
    expect(problem.message).toContain("no command specified")
    expect(problem.hint).toContain("name a command")
  })

  it("is told apart into entrypoint and words, for inspect", () => {
    expect(commandOf({ Entrypoint: ["/entry"], Cmd: ["a"] }, { command: ["x"] })).toEqual({
      entrypoint: ["/entry"],
      command: ["x"]
    })
    expect(commandOf({ Cmd: ["a"] }, { entrypoint: [], command: [] })).toEqual({ entrypoint: [], command: [] })
  })
})

describe("the environment", () => {
  it("has a search path and the host name before anything else", () => {
    expect(processOf().env).toEqual([`PATH=${defaultPath}`, "HOSTNAME=0123456789ab"])
  })

  it("has the kind of terminal when there is one, unless somebody says which", () => {
    expect(processOf({ tty: true }).env).toContain("TERM=xterm")
    expect(processOf({ tty: true }, { Cmd: ["sh"], Env: ["TERM=vt100"] }).env).toContain("TERM=vt100")
    expect(processOf({ tty: false }).env.filter((each) => each.startsWith("TERM="))).toEqual([])
  })

  it("lets options win over the image, and the image over defaults, in the order of first definition", () => {
    const image = { Cmd: ["sh"], Env: ["PATH=/bin", "A=image", "B=image"] }
    expect(processOf({ env: ["C=option", "A=option", "C=again"] }, image).env).toEqual([
      "PATH=/bin",
      "HOSTNAME=0123456789ab",
      "A=option",
      "B=image",
      "C=again"
    ])
  })

  it("takes variables away that are named without a value, also the defaults", () => {
    const image = { Cmd: ["sh"], Env: ["A=1", "B=2"] }
    expect(processOf({ env: ["A", "HOSTNAME", "NEVER"] }, image).env).toEqual([`PATH=${defaultPath}`, "B=2"])
  })

  it("keeps everything after the first equals sign, and the difference between empty and absent", () => {
    expect(processOf({ env: ["A=b=c==", "EMPTY="] }).env.slice(2)).toEqual(["A=b=c==", "EMPTY="])
  })

  it("names no variable twice and drops none that was set last", () => {
    const name = fc.constantFrom("A", "B", "PATH", "HOSTNAME", "AB")
    const entry = fc.tuple(name, fc.option(fc.constantFrom("", "1", "x=y"), { nil: undefined }))
    const text = ([key, value]: readonly [string, string | undefined]) =>
      value === undefined ? key : `${key}=${value}`
    fc.assert(
      fc.property(fc.array(entry), fc.array(entry), (image, options) => {
        const env = processOf({ env: options.map(text) }, { Cmd: ["sh"], Env: image.map(text) }).env
        const names = env.map((each) => each.slice(0, each.indexOf("=")))
        expect(new Set(names).size).toBe(names.length)
        const last = new Map([...image, ...options])
        for (const [key, value] of last) {
          expect(env.filter((each) => each.startsWith(`${key}=`))).toEqual(
            value === undefined ? [] : [`${key}=${value}`]
          )
        }
      })
    )
  })
})

describe("capabilities", () => {
  it("are the fourteen of Docker, sorted", () => {
    expect(processOf().capabilities).toEqual([...defaultCapabilities].toSorted())
  })

  it("are added and dropped by name in any spelling", () => {
    const { capabilities } = processOf({ capAdd: ["net_admin"], capDrop: ["CAP_CHOWN", "kill"] })
    expect(capabilities).toContain("NET_ADMIN")
    expect(capabilities).not.toContain("CHOWN")
    expect(capabilities).not.toContain("KILL")
  })

  it("are none but those added when all are dropped", () => {
    expect(processOf({ capAdd: ["CHOWN"], capDrop: ["ALL"] }).capabilities).toEqual(["CHOWN"])
    expect(processOf({ capDrop: ["all"] }).capabilities).toEqual([])
  })

  it("never are more than this process may give away", () => {
    expect(processOf({ capAdd: ["ALL"] }, { Cmd: ["sh"] }, ["CHOWN", "KILL"]).capabilities).toEqual(["CHOWN", "KILL"])
    expect(processOf({}, { Cmd: ["sh"] }, ["KILL"]).capabilities).toEqual(["KILL"])
  })

  it("are all that there are for a privileged container, without a filter of system calls", () => {
    const privileged = processOf({ privileged: true, capDrop: ["ALL"] })
    expect(privileged.capabilities).toEqual(everything)
    expect(privileged.seccomp).toEqual({ type: "unconfined" })
  })

  it("are refused when there is none of that name", () => {
    const problem = Either.getOrThrow(Either.flip(asked({ capAdd: ["NET_ADMINN"] })))
    expect(problem.message).toContain("NET_ADMINN")
  })
})

describe("where it runs", () => {
  it("is the working directory of the option, else of the image, else the root", () => {
    expect(processOf().cwd).toBe("/")
    expect(processOf({}, { Cmd: ["sh"], WorkingDir: "/srv" }).cwd).toBe("/srv")
    expect(processOf({ workdir: "/tmp" }, { Cmd: ["sh"], WorkingDir: "/srv" }).cwd).toBe("/tmp")
    expect(processOf({}, { Cmd: ["sh"], WorkingDir: "" }).cwd).toBe("/")
  })

  it("is always an absolute directory", () => {
    expect(processOf({}, { Cmd: ["sh"], WorkingDir: "srv/app" }).cwd).toBe("/srv/app")
  })

  it("has the user of the option, else of the image, else root", () => {
    expect(processOf().user).toBe("")
    expect(processOf({}, { Cmd: ["sh"], User: "app" }).user).toBe("app")
    expect(processOf({ user: "0:0" }, { Cmd: ["sh"], User: "app" }).user).toBe("0:0")
  })

  it("is called by the first twelve characters of its ID, or as asked", () => {
    expect(spec().hostname).toBe("0123456789ab")
    expect(spec({ hostname: "web", domainname: "example.org" })).toMatchObject({
      hostname: "web",
      domainname: "example.org"
    })
  })

  it("keeps the host's name in the host's own namespace", () => {
    const { hostname, process } = spec({ namespaces: { ...defaults.namespaces, uts: "host" } })
    expect(hostname).toBe("host")
    expect(process.env).toContain("HOSTNAME=host")
  })

  it("shares the host's memory by name together with its namespace", () => {
    const shared = spec({ namespaces: { ...defaults.namespaces, ipc: "host" } }).mounts.map((mount) => mount.target)
    expect([shared, spec().mounts]).toEqual([["/dev/shm"], []])
  })

  it("sets no kernel parameter of the host's", () => {
    const sysctls = { "net.ipv4.ip_forward": "1" }
    expect(spec({ sysctls }).sysctls).toEqual(sysctls)
    const problem = Either.getOrThrow(
      Either.flip(asked({ sysctls, networks: [{ ...defaults.networks[0], network: "host" }] }))
    )
    expect(problem.message).toContain("not allowed in host network namespace")
  })

  it.each([
    ["added", { capAdd: ["nope"] }, "invalid capability nope"],
    ["dropped", { capDrop: ["nope"] }, "invalid dropped capability nope"]
  ] as const)("says which name that was %s is no capability", (_, options, sentence) => {
    expect(Either.getOrThrow(Either.flip(asked(options))).message).toContain(sentence)
  })

  it("may use as much swap as memory, unless something else was asked for", () => {
    const swapOf = (resources: RunOptions["resources"]) => spec({ resources }).resources.memorySwapBytes
    expect([swapOf({ memoryBytes: 8 }), swapOf({ memoryBytes: 8, memorySwapBytes: -1 }), swapOf({})]).toEqual([
      16,
      -1,
      undefined
    ])
  })

  it("knows nothing of networks before a start, and survives JSON", () => {
    const made = spec({ tty: true, oomScoreAdj: -5 })
    expect(made.wiring).toEqual([])
    expect(made.files).toEqual({})
    expect(JSON.parse(JSON.stringify(made))).toEqual(made)
  })
})

import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs"
import { join, resolve } from "node:path"
import { describe, expect, it } from "vitest"
import { openGantry, programPath, useGantry } from "./host/gantry.ts"
import { startProcess } from "./host/started.ts"

const gantry = useGantry()
const example = join(import.meta.dirname, "../../../../examples/custom-layer-store")

/** Writes a plugin into the engine's scratch directory. Returns its path. */
const plugin = (name: string, text: string): string => {
  const file = join(gantry.scratch, name)
  writeFileSync(file, text)
  return file
}

/** A store of blobs like gantry's own, but for some of its members. */
const blobs = (members: string, more = ""): string => `
import { BlobStore } from "@gantry/core/store/BlobStore"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"

export default {
  name: "mine",
  contract: "blob-store",
  ${more}
  layer: (options) => Layer.effect(BlobStore, Effect.map(BlobStore, (own) => ({ ...own, ${members} })))
}
`

const nothing = `
import * as Layer from "effect/Layer"
export default { name: "mine", contract: "blob-store", layer: () => Layer.empty }
`

describe("a layer store of somebody else's", () => {
  it("serves builds and containers, and gives its layers to another engine", async () => {
    const folder = join(gantry.scratch, "archives")
    const chosen = `layer-store=${example},folder=${folder}`
    const context = gantry.context({ Dockerfile: "FROM base\nRUN echo kept > /kept\n" })
    await gantry.ok("--plugin", chosen, "build", "-t", "kept", context)
    // The layer that RUN made; that of the base was here before.
    expect(readdirSync(folder)).toHaveLength(1)
    expect(await gantry.ok("--plugin", chosen, "run", "--rm", "kept", "cat", "/kept")).toBe("kept")
    await gantry.ok("--plugin", chosen, "run", "-d", "--rm", "--name", "short", "kept", "true")
    await gantry.try("--plugin", chosen, "wait", "short")

    const other = openGantry([programPath])
    try {
      writeFileSync(
        join(other.scratch, "gantry.config.json"),
        JSON.stringify({ plugins: { "layer-store": { module: example, options: { folder } } } })
      )
      const place = join(gantry.scratch, "layout")
      await gantry.ok("--plugin", chosen, "push", "kept", `oci:${place}:kept`)
      // A project that nobody trusts is not heeded.
      expect((await other.try("plugin", "ls")).stdout).not.toContain("archived-layers")
      const untrusted = await other.try("images")
      expect([untrusted.status, untrusted.stderr]).toEqual([0, expect.stringContaining("trustedProjects")])
      other.env["GANTRY_CONFIG"] = join(other.scratch, "gantry.config.json")
      expect(await other.ok("plugin", "ls")).toMatch(/^layer-store +archived-layers +1\.0\.0 +0\.1\.0 +\S+json /m)
      expect(await other.ok("run", "--rm", `oci:${place}:kept`, "cat", "/kept")).toBe("kept")
      await other.removeAll()
    } finally {
      other.close()
    }
  })

  it("is held to the laws, and one that breaks a law is told which and how to see it again", async () => {
    const folder = join(gantry.scratch, "checked")
    const honest = await gantry.try(
      "plugin",
      "check",
      "--law",
      "LAY-4",
      "--law",
      "LAY-7",
      `${example},folder=${folder}`
    )
    expect([honest.stdout, honest.status]).toEqual([expect.stringContaining("keeps all 2 laws"), 0])
  })
})

/** A plugin that stands on what gantry has of a contract, and does some of it in its own way. */
const standing = (contract: string, tag: string, from: string, members: string) => `
import { ${tag} } from "@gantry/core/${from}"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"

export default {
  name: "standing",
  contract: "${contract}",
  layer: () => Layer.effect(${tag}, Effect.map(${tag}, (own) => ({ ...own, ${members} })))
}
`

describe("plugins of other contracts", () => {
  const check = (file: string, ...options: ReadonlyArray<string>) => gantry.try("plugin", "check", ...options, file)
  const few = ["NET-1", "NET-3", "NET-5"].flatMap((id) => ["--law", id])
  // The laws are those beside the plugin, so it lies where they can be found.
  const home = join(example, "../../node_modules/.cache/tried-plugins")
  const beside = (name: string, text: string) => {
    mkdirSync(home, { recursive: true })
    const file = join(home, name)
    writeFileSync(file, text)
    return file
  }

  it("are held to the laws of networks and registries, in an engine that leaves nothing on the host", async () => {
    const files = [
      beside("network.ts", standing("network", "Network", "network/Network", "")),
      beside("forgetful.ts", standing("network", "Network", "network/Network", "detach: () => Effect.void")),
      beside("registry.ts", standing("registry", "Registry", "registry/Registry", "")),
      beside("untagged.ts", standing("registry", "Registry", "registry/Registry", "tags: () => Effect.succeed([])"))
    ]
    const [network = "", forgetful = "", registry = "", untagged = ""] = files
    // In a network of their own: links of other engines come and go.
    const links = join(home, "links")
    const listed = "sed -n 's/:.*//p' /proc/net/dev | sort"
    const checked = (file: string) =>
      startProcess(
        [
          "unshare",
          "--net",
          "sh",
          "-c",
          `ip link set lo up; before=$(${listed}); "$@"; status=$?; [ "$before" = "$(${listed})" ] && touch ${links}; exit $status`,
          "sh",
          ...gantry.command,
          ...gantry.words(["plugin", "check", ...few, file])
        ],
        { env: gantry.env, cwd: gantry.scratch, input: "" }
      ).ended
    try {
      const kept = await checked(network)
      expect([kept.stdout, kept.status]).toEqual([expect.stringContaining("keeps all 3 laws"), 0])
      const forgot = await check(forgetful, ...few)
      expect([forgot.stdout, forgot.status]).toEqual([expect.stringContaining("BROKEN  NET-"), 1])
      expect(forgot.stdout).toContain("try this case again: ")
      const pushed = await check(registry)
      expect([pushed.stdout, pushed.status]).toEqual([expect.stringContaining("keeps all "), 0])
      const elsewhere = await check(untagged, "--law", "REG-1", "--place", `oci:${join(gantry.scratch, "place")}:a/b`)
      expect([elsewhere.stdout, elsewhere.status]).toEqual([expect.stringContaining("BROKEN  REG-1"), 1])
      expect(readdirSync("/tmp").filter((name) => name.startsWith("gantry-check-"))).toEqual([])
      // Bridges of the engine that was tried have gone with it.
      expect(existsSync(links)).toBe(true)
    } finally {
      rmSync(home, { recursive: true })
    }
  })
})

describe("a plugin under another JavaScript runtime", () => {
  const repository = resolve(import.meta.dirname, "../../../..")
  const program = (name: string) => join(repository, "node_modules/.bin", name)

  it.each([
    ["Node", [program("node")], { status: 125, hint: "take a package of JavaScript" }],
    ["Bun", [program("bun")], { status: 0, hint: undefined }],
    ["Deno", [program("deno"), "run", "-A"], { status: 125, hint: "take a package of JavaScript" }]
  ] as const)(
    "is loaded by the sources of gantry under %s, and said to be no JavaScript where it may not be",
    async (...kind) => {
      const [, runtime, typescript] = kind
      const file = plugin("of-another-runtime.ts", blobs(""))
      const main = join(repository, "apps/cli/src/bin.ts")
      const loaded = (module: string, ...args: ReadonlyArray<string>) =>
        startProcess([...runtime, "--conditions=gantry-source", main, "--plugin", `blob-store=${module}`, ...args], {
          env: gantry.env,
          cwd: gantry.scratch
        }).ended
      const outcome = await loaded(file, "plugin", "ls")
      expect(outcome).toMatchObject({ status: 0, stdout: expect.stringContaining(file), stderr: "" })
      mkdirSync(join(gantry.scratch, "node_modules/mine"), { recursive: true })
      plugin("node_modules/mine/index.ts", blobs(""))
      const { status, stderr } = await loaded("mine", "images")
      expect({ status, hint: /^ {2}try: (.*?),/m.exec(stderr)?.[1] }).toEqual(typescript)
    }
  )
})

describe("a plugin that cannot be used", () => {
  it.each([
    ["that is not there", "", "/nowhere.ts", "there is no /nowhere.ts"],
    ["that is no module", "][", "", "could not be loaded"],
    ["that is no plugin", "export default 5", "", "is no plugin"],
    ["that throws when it is loaded", 'throw new Error("out of order")', "", "out of order"],
    ["of another contract", blobs("").replace("blob-store", "registry"), "", "it serves registry"],
    ["that provides nothing", nothing, "", "does not provide"],
    ["that lacks something", blobs("size: undefined").replace("...own, ", ""), "", "its service has no "],
    [
      "that fails to begin",
      blobs("").replace("Effect.map(", 'Effect.die(new Error("no disk")), Effect.map('),
      "",
      "no disk"
    ],
    ["that has something else", blobs("list: async () => []"), "", "its service has a function for list, where"],
    ["that wants options", blobs("", "options: Schema.Struct({ place: Schema.String }),"), "", "place: is missing"],
    ["that takes no options", blobs(""), ",place=x", "takes no options"]
  ])("%s is named, and nothing is done", async (what, text, rest, expected) => {
    const file = text === "" ? rest : `${plugin(`${what.replaceAll(" ", "-")}.ts`, text)}${rest}`
    const { status, stderr, stdout } = await gantry.try("--plugin", `blob-store=${file}`, "images")
    expect([status, stdout]).toEqual([125, ""])
    expect(stderr).toContain(`gantry: the plugin ${file.split(",")[0]} (--plugin) cannot be used`)
    expect(stderr).toContain(expected)
    expect(stderr).not.toMatch(/^\s+at /m)
  })

  it.each([
    ["throws", 'write: () => { throw new Error("the disk ran away") }'],
    ["dies", 'write: () => Effect.die(new Error("the disk ran away"))'],
    ["fails in a way of its own", 'write: () => Effect.fail(new Error("the disk ran away"))'],
    [
      "dies late",
      'write: (digest, bytes) => Effect.zipRight(own.write(digest, bytes), Effect.die(new Error("the disk ran away")))'
    ]
  ])("one that %s at work is named, and the store is as good as before", async (what, members) => {
    const file = plugin(`${what.replaceAll(" ", "-")}.ts`, blobs(members))
    const context = gantry.context({ Dockerfile: `FROM base\nRUN echo ${what.length} > /n\n` })
    const { status, stderr } = await gantry.try("--plugin", `blob-store=${file}`, "build", "-t", "fresh", context)
    expect(status).not.toBe(0)
    expect(stderr).toContain(`the plugin mine (${file}) failed in write: the disk ran away`)
    await gantry.ok("build", "-t", "fresh", context)
    expect(await gantry.ok("run", "--rm", "fresh", "cat", "/n")).toBe(`${what.length}`)
  })

  it("is refused when it was chosen for what is no contract", async () => {
    const { status, stderr } = await gantry.try("--plugin", "blobs=./x.ts", "images")
    expect([status, stderr]).toEqual([125, expect.stringContaining('"blobs" is no contract')])
  })
})

import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import { describe, expect, it } from "vitest"
import { parse } from "../../src/argv/parse.ts"
import { run } from "../../src/argv/tables/projects/working.ts"
import { homeOf } from "../../src/home-path.ts"
import { serviceForOnce, volumesForOnce, wordsForOnce } from "../../src/projects/make/service-for-once.ts"
import { project, service } from "./bare.ts"

/** The options of `compose run`, as typed. */
const asked = (...words: ReadonlyArray<string>) => {
  const parsed = parse(run, ["run"], [...words, "web"])
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problem))
  return parsed.value.options
}

const web = service("web", {
  command: ["serve"],
  entrypoint: ["/entry"],
  containerName: "the-web",
  restart: "always",
  ports: [{ target: 80, protocol: "tcp" }],
  capAdd: ["NET_ADMIN", "SYS_TIME"],
  capDrop: ["CHOWN"]
})

const once = (command: ReadonlyArray<string>, ...words: ReadonlyArray<string>) =>
  Effect.runSync(serviceForOnce(web, command, false, asked(...words)))

describe("a service for one command", () => {
  it("has neither its name nor its ports, and is not started again", () => {
    const made = once([])
    expect([made.containerName, made.restart, made.ports, made.command]).toEqual([undefined, undefined, [], ["serve"]])
    expect(once([], "--service-ports").ports).toEqual(web.ports)
  })

  it("has an entry point in the words of a shell, and then no command but the one that was typed", () => {
    const { command, entrypoint } = once([], "--entrypoint", "sh -c 'echo a  b; echo c'")
    expect([entrypoint, command]).toEqual([["sh", "-c", "echo a  b; echo c"], []])
    expect(once(["ls"], "--entrypoint", "").entrypoint).toEqual([])
    const open = serviceForOnce(web, [], false, asked("--entrypoint", "sh -c 'echo"))
    expect(Either.getLeft(Effect.runSync(Effect.either(open)))).toMatchObject({
      value: { message: "--entrypoint cannot be split into words: the quote ' is not closed" }
    })
  })

  it("is given back a capability that the file drops, and loses one that it adds", () => {
    const { capAdd, capDrop } = once([], "--cap-add", "CHOWN", "--cap-drop", "SYS_TIME")
    expect([capAdd, capDrop]).toEqual([["NET_ADMIN", "CHOWN"], ["SYS_TIME"]])
  })

  it("has volumes from where the command was typed, and those of the project by their names in the file", () => {
    const shop = project([web], {
      volumes: { data: { name: "shop_data", external: false, driverOpts: {}, labels: {} } }
    })
    const options = asked("-v", "./a:/a", "-v", "data:/data:ro", "-v", "other:/o", "-v", "/anonymous", "-v", "~/h:/h")
    expect(wordsForOnce(options, shop, "/home/me").filter((word) => word.startsWith("--volume"))).toEqual([
      "--volume=/home/me/a:/a",
      "--volume=shop_data:/data:ro",
      "--volume=other:/o",
      "--volume=/anonymous",
      `--volume=${homeOf({})}/h:/h`
    ])
    expect(volumesForOnce(shop, options)).toEqual(["data"])
  })
})

import { describe, expect, it } from "vitest"
import type { ServiceBuild } from "@gantry/compose/Project"
import { asWritten, buildWords } from "../../src/projects/make/build-words.ts"
import { project, service } from "./bare.ts"

const build: ServiceBuild = {
  context: "/srv/shop/app",
  args: {},
  labels: {},
  cacheFrom: [],
  cacheTo: [],
  tags: [],
  platforms: [],
  additionalContexts: {},
  extraHosts: [],
  noCache: false,
  noCacheFilter: [],
  pull: false,
  privileged: false,
  secrets: [],
  ssh: [],
  ulimits: {}
}

describe("the words of a build", () => {
  it("take files from the image of another service, also of one whose profile is not wanted", () => {
    const web = service("web", { build })
    const shop = project([web, service("lib")], { disabled: { base: service("base", { image: "base:1" }) } })
    const additionalContexts = { one: "service:lib", two: "service:base", three: "/srv/three" }
    expect(
      buildWords(shop, web, { ...build, additionalContexts }, asWritten).filter((word) => word.includes("context"))
    ).toEqual([
      "--build-context=one=docker-image://shop-lib",
      "--build-context=two=docker-image://base:1",
      "--build-context=three=/srv/three"
    ])
  })

  it("have a Dockerfile beside a local context, and as it is written within a repository", () => {
    const web = service("web", { build })
    const fileWord = (context: string) =>
      buildWords(project([web]), web, { ...build, context, dockerfile: "sub/Dockerfile" }, asWritten).find((word) =>
        word.startsWith("--file=")
      )
    expect(fileWord("/srv/shop/app")).toBe("--file=/srv/shop/app/sub/Dockerfile")
    const remote = ["https://host.example/shop.git", "git@host.example:shop.git", "github.com/owner/shop"]
    expect(remote.map(fileWord)).toEqual(remote.map(() => "--file=sub/Dockerfile"))
  })
})

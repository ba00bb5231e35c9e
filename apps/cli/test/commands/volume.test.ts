import { describe, expect, it } from "@effect/vitest"
import { Effect } from "effect"
import { engine, gantry } from "./bench.ts"
import { build } from "./box.ts"

describe("gantry volume", () => {
  it.scoped("makes, shows and removes volumes", () =>
    Effect.gen(function* () {
      expect(yield* gantry("volumeCreate", ["--label", "a=b", "data"])).toEqual({ status: 0, out: "data\n", err: "" })
      expect((yield* gantry("volumeCreate", [])).out).toMatch(/^[0-9a-f]{64}\n$/)
      expect((yield* gantry("volumeCreate", ["a/b"])).status).toBe(1)
      expect((yield* gantry("volumeLs", ["-f", "name=dat"])).out).toBe("DRIVER    VOLUME NAME\nlocal     data\n")
      expect((yield* gantry("volumeLs", ["-q", "-f", "label=a=b"])).out).toBe("data\n")
      expect((yield* gantry("volumeLs", ["-f", "color=red"])).status).toBe(1)
      expect((yield* gantry("volumeInspect", ["-f", "{{.Name}} {{.Labels.a}}", "data"])).out).toBe("data b\n")
      expect(yield* gantry("volumeInspect", ["dat"])).toMatchObject({ status: 1, out: "[]\n" })
      expect((yield* gantry("volumeRm", ["data"])).out).toBe("data\n")
      expect((yield* gantry("volumeRm", ["data"])).err).toContain("no such volume: data")
      expect(yield* gantry("volumeRm", ["-f", "data"])).toEqual({ status: 0, out: "data\n", err: "" })
    }).pipe(Effect.provide(engine))
  )

  it.scoped("prunes those without a name, and the others with --all, as filters have it", () =>
    Effect.gen(function* () {
      const names = Effect.map(gantry("volumeLs", ["-q"]), ({ out }) => out.split("\n").filter((name) => name !== ""))
      yield* build("box")
      yield* gantry("create", ["-v", "/anonymous", "-v", "mounted:/m", "box"])
      yield* gantry("volumeCreate", [])
      for (const [name, label] of [
        ["kept", "keep=1"],
        ["other", "a=b"],
        ["third", "c=d"]
      ] as const) {
        yield* gantry("volumeCreate", ["--label", label, name])
      }
      expect((yield* gantry("volumePrune", ["-f"])).out).toMatch(/^Deleted Volumes:\n[0-9a-f]{64}\n/)
      expect(yield* names).toHaveLength(5)
      expect((yield* gantry("volumePrune", ["-a", "--filter", "all=1"])).err).toContain("conflicting options")
      expect((yield* gantry("volumePrune", ["-f", "--filter", "colour=red"])).status).not.toBe(0)
      expect((yield* gantry("volumePrune", ["-f", "-a", "--filter", "label=c=d"])).out).toContain("third")
      expect((yield* gantry("volumePrune", ["-f", "--filter", "all=true", "--filter", "label!=keep"])).out).toContain(
        "other"
      )
      expect((yield* names).filter((name) => name.length < 64)).toEqual(["kept", "mounted"])
    }).pipe(Effect.provide(engine))
  )

  it.scoped("keeps a volume that a container mounts, running or not, and names the container", () =>
    Effect.gen(function* () {
      yield* build("box")
      yield* gantry("create", ["--name", "web", "-v", "data:/data", "box"])
      expect(yield* gantry("volumeRm", ["data"])).toMatchObject({ status: 1, out: "" })
      expect((yield* gantry("volumeRm", ["data"])).err).toContain("[web]")
      expect((yield* gantry("volumeLs", ["-q", "-f", "dangling=true"])).out).toBe("")
      yield* gantry("rm", ["web"])
      expect((yield* gantry("volumeLs", ["-q", "-f", "dangling=true"])).out).toBe("data\n")
    }).pipe(Effect.provide(engine))
  )
})

describe("gantry network", () => {
  it.scoped("makes, shows and removes networks, and not those that always exist", () =>
    Effect.gen(function* () {
      const { out: id } = yield* gantry("networkCreate", ["--subnet", "10.9.0.0/24", "--label", "a=b", "lan"])
      expect(id).toMatch(/^[0-9a-f]+\n$/)
      expect((yield* gantry("networkLs", ["--format", "{{.Name}}", "-f", "type=custom"])).out).toBe("lan\n")
      expect((yield* gantry("networkLs", ["--format", "{{.Name}}", "-f", "label=a"])).out).toBe("lan\n")
      expect((yield* gantry("networkInspect", ["-f", "{{(index .IPAM.Config 0).Subnet}}", "lan"])).out).toBe(
        "10.9.0.0/24\n"
      )
      expect((yield* gantry("networkRm", ["bridge"])).status).toBe(1)
      expect((yield* gantry("networkRm", ["lan"])).out).toBe("lan\n")
      expect((yield* gantry("networkRm", ["lan"])).err).toContain("network lan not found")
      expect((yield* gantry("networkRm", ["-f", "lan"])).status).toBe(0)
      expect((yield* gantry("networkCreate", ["a b"])).status).toBe(1)
      const other = yield* gantry("networkCreate", ["-d", "macvlan", "other"])
      expect([other.status, other.err]).toEqual([1, expect.stringContaining('plugin "macvlan" not found')])
    }).pipe(Effect.provide(engine))
  )

  it.scoped("prunes those that no container has, as filters have it, and says why others stay", () =>
    Effect.gen(function* () {
      yield* build("box")
      for (const name of ["front", "back", "kept"])
        yield* gantry("networkCreate", name === "kept" ? ["--label", "keep=1", name] : [name])
      yield* gantry("create", ["--name", "web", "--network", "front", "box"])
      const { out: plan } = yield* gantry("networkPrune", ["--dry-run", "--filter", "label!=keep"])
      expect(plan).toMatch(/Would be removed:\n.*\nnetwork +back/)
      expect(plan).toMatch(/network +front +container web is attached to it/)
      expect(plan).toMatch(/network +kept +its labels do not match the filter/)
      const { out } = yield* gantry("networkPrune", ["-f", "--filter", "label!=keep"])
      expect(out).toMatch(/^Deleted Networks:\nback\n\n/)
      expect((yield* gantry("networkLs", ["--format", "{{.Name}}"])).out).toBe("bridge\nfront\nhost\nkept\nnone\n")
      yield* gantry("networkPrune", ["-f", "--filter", "until=1h"])
      expect((yield* gantry("networkLs", ["--format", "{{.Name}}"])).out).toBe("bridge\nfront\nhost\nkept\nnone\n")
      yield* gantry("rm", ["web"])
      expect((yield* gantry("systemPrune", ["-f"])).out).toContain("Deleted Networks:\nfront\nkept\n")
    }).pipe(Effect.provide(engine))
  )
})

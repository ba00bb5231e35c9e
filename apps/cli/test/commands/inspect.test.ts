import { describe, expect, it } from "@effect/vitest"
import { Effect } from "effect"
import { engine, gantry } from "./bench.ts"
import { build } from "./box.ts"

describe("gantry inspect", () => {
  const inspected = (args: ReadonlyArray<string>) =>
    Effect.map(gantry("inspect", args), ({ err, out, status }) => ({
      objects: JSON.parse(out) as ReadonlyArray<Record<string, unknown>>,
      err,
      status
    }))

  it.scoped("shows a container with Docker's names of fields", () =>
    Effect.gen(function* () {
      const image = yield* build("box")
      const args = [
        "--name",
        "web",
        "-p",
        "8080:80",
        "-p",
        "127.0.0.1:9090-9099:80",
        "-e",
        "A=1",
        "-v",
        "mine:/data:ro",
        "--memory",
        "64m",
        "box"
      ]
      const { out } = yield* gantry("create", args)
      const { objects } = yield* inspected(["web"])
      expect(objects).toHaveLength(1)
      expect(objects[0]).toMatchObject({
        Id: out.trim(),
        Name: "/web",
        Image: image,
        Path: "cat",
        Args: ["/greeting"],
        State: { Status: "created", Running: false, ExitCode: 0, StartedAt: "0001-01-01T00:00:00Z" },
        Config: {
          Image: "box",
          Cmd: ["cat", "/greeting"],
          Entrypoint: null,
          Labels: { kind: "test" },
          ExposedPorts: { "80/tcp": {} }
        },
        HostConfig: {
          NetworkMode: "bridge",
          Memory: 64 * 1024 * 1024,
          Binds: ["mine:/data:ro"],
          PortBindings: {
            "80/tcp": [
              { HostIp: "", HostPort: "8080" },
              { HostIp: "127.0.0.1", HostPort: "9090-9099" }
            ]
          }
        },
        Mounts: [{ Type: "volume", Name: "mine", Destination: "/data", RW: false, Driver: "local" }],
        NetworkSettings: { Ports: { "80/tcp": null }, IPAddress: "", Networks: { bridge: { IPAddress: "" } } }
      })
      expect(JSON.stringify(objects[0])).toContain('"A=1"')
    }).pipe(Effect.provide(engine))
  )

  it.scoped("shows where a running container is reached, and how one has ended", () =>
    Effect.gen(function* () {
      yield* build("box")
      yield* gantry("create", ["--name", "web", "-p", "8080:80", "box", "sleep", "1"])
      yield* gantry("start", ["web"])
      const [running] = (yield* inspected(["web"])).objects
      expect(running).toMatchObject({
        State: { Status: "running", Running: true },
        NetworkSettings: {
          Ports: {
            "80/tcp": [
              { HostIp: "0.0.0.0", HostPort: "8080" },
              { HostIp: "::", HostPort: "8080" }
            ]
          },
          IPPrefixLen: 24
        }
      })
      yield* gantry("kill", ["web"])
      const [ended] = (yield* inspected(["web"])).objects
      expect(ended).toMatchObject({
        State: { Status: "exited", Running: false, ExitCode: 137 },
        NetworkSettings: { Ports: { "80/tcp": null } }
      })
    }).pipe(Effect.provide(engine))
  )

  it.scoped("shows an image with Docker's names of fields", () =>
    Effect.gen(function* () {
      const id = yield* build("box:1", "host:5000/box")
      const [image] = (yield* inspected(["box:1"])).objects
      expect(image).toMatchObject({
        Id: id,
        RepoTags: ["box:1", "host:5000/box:latest"],
        Architecture: expect.any(String),
        Os: "linux",
        Config: { Cmd: ["cat", "/greeting"], Entrypoint: null, Labels: { kind: "test" } },
        RootFS: { Type: "layers", Layers: [expect.stringMatching(/^sha256:/)] }
      })
      const { RepoDigests } = image as { readonly RepoDigests: ReadonlyArray<string> }
      expect(RepoDigests.map((text) => text.split("@")[0])).toEqual(["box", "host:5000/box"])
    }).pipe(Effect.provide(engine))
  )

  it.scoped("prefers a container to an image of the same name, unless it is told which", () =>
    Effect.gen(function* () {
      yield* build("same")
      yield* gantry("create", ["--name", "same", "same"])
      expect((yield* inspected(["same"])).objects[0]).toHaveProperty("State")
      expect((yield* gantry("imageInspect", ["same"])).out).toContain('"RepoTags"')
    }).pipe(Effect.provide(engine))
  )

  it.scoped("shows the rest when something is not there, and says what", () =>
    Effect.gen(function* () {
      yield* build("box")
      const { err, objects, status } = yield* inspected(["nope", "box"])
      expect(objects).toHaveLength(1)
      expect(status).toBe(1)
      expect(err).toContain("No such object: nope")
    }).pipe(Effect.provide(engine))
  )

  it.scoped("prints what a template asks for, and refuses one that cannot be read", () =>
    Effect.gen(function* () {
      yield* build("box")
      yield* gantry("create", ["--name", "web", "box"])
      expect((yield* gantry("inspect", ["-f", "{{.Name}} {{.State.Status}}", "web"])).out).toBe("/web created\n")
      expect((yield* gantry("inspect", ["-f", "{{.Name", "web"])).status).toBe(64)
    }).pipe(Effect.provide(engine))
  )

  it.scoped("finds networks and volumes too, after containers and images, and each kind by `--type`", () =>
    Effect.gen(function* () {
      yield* build("box")
      yield* gantry("volumeCreate", ["things"])
      yield* gantry("networkCreate", ["inner"])
      expect((yield* inspected(["things"])).objects).toMatchObject([{ Name: "things", Driver: "local" }])
      expect((yield* inspected(["inner"])).objects).toMatchObject([{ Name: "inner", Scope: "local" }])
      yield* gantry("volumeCreate", ["box"])
      expect((yield* inspected(["box"])).objects).toMatchObject([{ RepoTags: ["box:latest"] }])
      expect((yield* inspected(["--type", "volume", "box"])).objects).toMatchObject([
        { Mountpoint: expect.any(String) }
      ])
      const other = yield* inspected(["--type", "network", "box"])
      expect(other).toMatchObject({ status: 1, objects: [] })
      const nobody = yield* inspected(["nobody", "inner"])
      expect(nobody).toMatchObject({ status: 1, objects: [{ Name: "inner" }] })
      expect(nobody.err).toContain("No such object: nobody")
      expect((yield* gantry("inspect", ["--type", "thing", "box"])).status).toBe(1)
    }).pipe(Effect.provide(engine))
  )
})

import { describe, expect, it } from "vitest"
import { containerRow, statusOf, type ContainerFacts } from "../../src/show/container-row.ts"
import { historyRow } from "../../src/show/history-row.ts"
import { imageRow } from "../../src/show/image-row.ts"
import { shownPorts, type ShownPort } from "../../src/show/ports.ts"

const now = Date.UTC(2026, 0, 2, 12)
const minute = 60_000
const facts: ContainerFacts = {
  id: "0123456789abcdef".repeat(4),
  name: "web",
  image: "nginx:1.27",
  command: ["/docker-entrypoint.sh", "nginx", "-g", "daemon off;"],
  createdAt: now - 120 * minute,
  state: { kind: "running", startedAt: now - 5 * minute },
  ports: [],
  labels: { b: "2", a: "1" },
  mounts: ["data", "/srv/with/a/long/path"],
  networks: ["bridge"],
  size: { written: 0, virtual: 187_654_321 }
}

describe("a row of ps", () => {
  it("is shortened", () => {
    const row = containerRow(facts, { now, truncate: true })
    expect(row).toMatchObject({
      ID: "0123456789ab",
      Image: "nginx:1.27",
      Command: '"/docker-entrypoint.…"',
      RunningFor: "2 hours ago",
      Status: "Up 5 minutes",
      State: "running",
      Size: "0B (virtual 188MB)",
      Names: "web",
      Labels: "a=1,b=2",
      Mounts: "data,/srv/with/a/lo…",
      LocalVolumes: "1",
      Networks: "bridge"
    })
    expect([row.Label("a"), row.Label("toString")]).toEqual(["1", ""])
  })

  it("is whole with --no-trunc", () => {
    const row = containerRow(facts, { now, truncate: false })
    expect(row).toMatchObject({ ID: facts.id, Command: `"/docker-entrypoint.sh nginx -g 'daemon off;'"` })
  })

  it.each([
    [{ kind: "created" }, "Created"],
    [{ kind: "dead" }, "Dead"],
    [{ kind: "removing" }, "Removal In Progress"],
    [{ kind: "running", startedAt: now - 5 * minute, health: "healthy" }, "Up 5 minutes (healthy)"],
    [{ kind: "running", startedAt: now - 5 * minute, health: "starting" }, "Up 5 minutes (health: starting)"],
    [{ kind: "paused", startedAt: now - minute }, "Up About a minute (Paused)"],
    [{ kind: "restarting", exitCode: 1, finishedAt: now - 4000 }, "Restarting (1) 4 seconds ago"],
    [{ kind: "exited", exitCode: 0, finishedAt: now - 120 * minute }, "Exited (0) 2 hours ago"]
  ] as const)("says %o as %s", (state, words) => {
    expect(statusOf(state, now)).toBe(words)
  })
})

const port = (containerPort: number, more: Partial<ShownPort> = {}): ShownPort => ({
  containerPort,
  protocol: "tcp",
  ...more
})
const local = (each: number, more: Partial<ShownPort> = {}) =>
  port(each, { hostIp: "127.0.0.1", hostPort: each, ...more })

describe("the PORTS column", () => {
  it.each([
    ["", []],
    ["80/tcp", [port(80)]],
    ["127.0.0.1:9000-9001->9000-9001/tcp", [local(9001), local(9000)]],
    ["127.0.0.1:9000->9000/tcp, 127.0.0.1:9002->9002/tcp", [local(9000), local(9002)]],
    ["127.0.0.1:53->53/tcp, 127.0.0.1:53->53/udp", [local(53), local(53, { protocol: "udp" })]],
    ["0.0.0.0:8080->80/tcp, [::]:8080->80/tcp", [port(80, { hostPort: 8080 })]],
    ["0.0.0.0:80->80/tcp, [::]:80->80/tcp", [port(80, { hostIp: "0.0.0.0", hostPort: 80 })]],
    ["443/tcp, 127.0.0.1:8080->80/tcp", [local(80, { hostPort: 8080 }), port(443)]]
  ])("%s", (text, ports) => {
    expect(shownPorts(ports)).toBe(text)
  })
})

describe("a row of images and of history", () => {
  it("names what has no name", () => {
    const row = imageRow({ id: `sha256:${"ab".repeat(32)}`, size: 7_654_321 }, { now, truncate: true })
    expect(row).toMatchObject({
      ID: "abababababab",
      Repository: "<none>",
      Tag: "<none>",
      Digest: "<none>",
      CreatedSince: "N/A",
      Size: "7.65MB"
    })
  })

  it("shows how a step came to be", () => {
    const step = { createdAt: now - 60 * minute, createdBy: `RUN\t${"x".repeat(60)}`, size: 0, comment: "c" }
    const options = { now, truncate: true, human: true }
    const row = historyRow(step, options)
    expect(row).toEqual({
      ID: "<missing>",
      CreatedSince: "About an hour ago",
      CreatedAt: "2026-01-02T11:00:00Z",
      CreatedBy: `RUN ${"x".repeat(40)}…`,
      Size: "0B",
      Comment: "c"
    })
    expect(historyRow({ ...step, size: 1234 }, { ...options, human: false })).toMatchObject({
      CreatedSince: "2026-01-02T11:00:00Z",
      Size: "1234"
    })
  })
})

import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, it } from "@effect/vitest"
import { Effect } from "effect"
import { engine, gantry, scratch } from "./bench.ts"
import { build } from "./box.ts"

/** What is refused before anything is made, and why. */
const refusals: ReadonlyArray<readonly [ReadonlyArray<string>, string]> = [
  [["--pid", "foo"], "invalid PID mode"],
  [["--pid", "container:"], "invalid PID mode"],
  [["--ipc", "container:"], "Invalid IPC mode: container:"],
  [["--uts", "container:x"], "container:x is not supported yet"],
  [["--pid", "ns:/proc/1/ns/pid"], "ns:/proc/1/ns/pid is not supported yet"],
  [["--ipc", "foo"], "Invalid IPC mode: foo"],
  [["--uts", "host", "-h", "web"], "conflicting options: hostname and the UTS mode"],
  [["--userns", "private"], "private is not supported yet"],
  [["--userns", "keep-id"], "it keeps an ordinary user's number, and you are root"],
  [["--memory-reservation", "1"], "Minimum memory reservation allowed is 6MB"],
  [["-m", "8m", "--memory-reservation", "16m"], "can not be less than memory reservation limit"],
  [["--memory-swap", "16m"], "You should always set the Memory limit when using Memoryswap limit"],
  [["--cpus", "-1"], "Range of CPUs is from 0.01"],
  [
    ["--cidfile", "/no/such/folder/cid"],
    "failed to create the container ID file: open /no/such/folder/cid: no such file"
  ],
  [["--network", ""], "no name set for network"],
  [["--health-timeout", "-5s"], "--health-timeout cannot be negative"],
  [["--security-opt", "seccomp=/etc/passwd"], "compacting json for seccomp profile (/etc/passwd) failed"],
  [["--env-file", "/bin/sh"], "/bin/sh contains invalid utf8 bytes at line"],
  [["-m", "16m", "--memory-swap", "8m"], "Minimum memoryswap limit should be larger than memory limit"],
  [["--cpus", "1", "--cpu-quota", "50000"], "Nano CPUs and CPU Quota cannot both be set"],
  [["--cpu-period", "10"], "CPU cfs period can not be less than 1ms"],
  [["--cpu-quota", "10"], "CPU cfs quota can not be less than 1ms"],
  [["--cpuset-mems", "8191"], "Requested memory nodes are not available - requested 8191, available: "],
  [["--oom-score-adj", "5000"], "Invalid value 5000, range for oom score adj is [-1000, 1000]"],
  [["--umask", "9"], "is no umask"],
  [["--unsetenv", "A=b"], "is not the name of a variable"],
  [["--env-file-format", "ini"], "it is docker or dotenv"],
  [["--health-timeout", "1ns"], "Timeout in Healthcheck cannot be less than 1ms"],
  [["--log-driver", "none", "--log-opt", "max-size=1m"], "invalid logging opts for driver none"],
  [["--log-driver", "journald"], "gantry has no log driver journald"],
  [["--log-driver", "lgo"], "logger: no log driver named 'lgo' is registered"],
  [["--log-opt", "max-sise=1m"], "unknown log opt 'max-sise' for json-file log driver"],
  [["--log-driver", "local", "--log-opt", "max-size=ten"], "invalid value for log opt max-size: invalid size: 'ten'"],
  [["--log-opt", "max-file=0"], "max-file cannot be less than 1"],
  [["--log-opt", "env-regex=("], "invalid value for log opt env-regex"],
  [["--log-opt", "compress=true"], "logs are not compressed"],
  [["--log-opt", "tag={{.Name}}"], "gantry's logs have no log opt tag"]
]

describe("an option of run", () => {
  it.scoped("uses the host's namespaces and limits of every kind as asked, and tells of them as docker does", () =>
    Effect.gen(function* () {
      yield* build("box")
      const host = ["--pid=host", "--ipc=host", "--uts=host", "--cgroupns=host", "--userns=host"]
      const limits = ["--memory-reservation=16m", "--cpu-quota=50000", "--cpu-period=200000", "--oom-score-adj=-5"]
      yield* gantry("create", ["--name", "web", ...host, ...limits, "box"])
      const modes = "{{with .HostConfig}}{{.PidMode}} {{.IpcMode}} {{.UTSMode}} {{.CgroupnsMode}}"
      const numbers = " {{.MemoryReservation}} {{.CpuQuota}} {{.CpuPeriod}} {{.OomScoreAdj}}{{end}}"
      expect((yield* gantry("inspect", ["-f", modes + numbers, "web"])).out).toBe(
        "host host host host 16777216 50000 200000 -5\n"
      )
    }).pipe(Effect.provide(engine))
  )

  it.scoped("begins with the caller's variables, reads dotenv files, and takes variables away, as asked", () =>
    Effect.gen(function* () {
      yield* build("box")
      const file = join(yield* scratch, "env")
      writeFileSync(file, "export A='x y' # c\nB=\"one\ntwo\"\n")
      const env = "{{range .Config.Env}}{{println .}}{{end}}"
      const dotenv = ["--env-file", file, "--env-file-format", "dotenv"]
      yield* gantry("create", ["--name", "web", ...dotenv, "--unsetenv", "PATH", "--umask", "077", "box"])
      expect((yield* gantry("inspect", ["-f", env, "web"])).out).toBe("A=x y\nB=one\ntwo\n\n")
      yield* gantry("create", ["--name", "heir", "--env-host", "--annotation", "a.b/c=d", "box"])
      const { out } = yield* gantry("inspect", ["-f", `${env}{{.HostConfig.Annotations}}`, "heir"])
      expect(out).toMatch(/^PATH=.*\n/)
      expect(out).toContain("map[a.b/c:d]")
    }).pipe(Effect.provide(engine))
  )

  it.scoped("without a value is none, as scripts write it, and a limit of 0 is none", () =>
    Effect.gen(function* () {
      yield* build("box")
      const texts = [
        "name",
        "workdir",
        "user",
        "hostname",
        "domainname",
        "stop-signal",
        "platform",
        "cidfile",
        "health-cmd"
      ]
      const empty = [...texts, "mac-address", "dns-option"].flatMap((name) => [`--${name}`, ""])
      const none = [
        "-m",
        "0",
        "--memory-swap",
        "0",
        "--memory-reservation",
        "0",
        "--cpu-shares",
        "0",
        "--network",
        "none"
      ]
      const { err, out } = yield* gantry("create", [...empty, ...none, "box"])
      expect(err).toBe("")
      const config =
        "{{with .Config}}{{.WorkingDir}}|{{.User}}|{{len .Hostname}}|{{.StopSignal}}|{{.Healthcheck}}{{end}}"
      const limits = "{{with .HostConfig}}|{{.Memory}}|{{.MemorySwap}}|{{.CpuShares}}{{end}}"
      expect((yield* gantry("inspect", ["-f", config + limits, out.trim()])).out).toBe("/||12|SIGTERM|<nil>|0|0|0\n")
    }).pipe(Effect.provide(engine))
  )

  it.scoped.each(refusals)("refuses %s", ([options, sentence]) =>
    Effect.gen(function* () {
      const { err, status } = yield* gantry("run", [...options, "box"])
      expect(err).toContain(sentence)
      expect(status).toBe(125)
    }).pipe(Effect.provide(engine))
  )
})

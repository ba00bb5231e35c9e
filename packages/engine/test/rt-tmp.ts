import { mkdirSync, copyFileSync, writeFileSync, rmSync, symlinkSync } from "node:fs"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"
import { Runtime } from "@gantry/core/runtime/Runtime"
import { Settings } from "@gantry/core/Settings"
import { layer, DirectExec } from "/work/main/packages/engine/src/containers/SupervisedRuntime.ts"
import * as NL from "/work/main/plugins/runtime-namespace/src/NamespaceLauncher.ts"
import { defaultCapabilities } from "/work/main/packages/core/src/runtime/ContainerSpec.ts"
const d = "/tmp/rn/rt" + process.pid
for (const x of ["lower/bin", "lower/etc", "lower/proc","lower/sys","lower/dev","upper", "work", "root", "run"]) mkdirSync(`${d}/${x}`, { recursive: true })
copyFileSync("/bin/busybox", `${d}/lower/bin/busybox`)
for (const a of ["sh","echo","cat","ls","stty","id","mount","sleep","ps","grep","mknod","umount","hostname","true","seq"]) try { symlinkSync("busybox", `${d}/lower/bin/${a}`) } catch {}
const self = (process.env.SELF ?? `${process.execPath} --conditions=gantry-source /tmp/rn/entry.ts`).split(" ")
const id = (c: string) => c.repeat(64)
const spec = (argv: string[], more = {}) => ({
  id: id("b"), hostname: "box", root: { type: "overlay", directory: d, lower: ["lower"], upper: `${d}/upper`, work: `${d}/work`, target: `${d}/root` },
  readonlyRoot: false, process: { argv, env: ["PATH=/bin"], cwd: "/", user: "", groups: [], tty: false, capabilities: defaultCapabilities, noNewPrivileges: false, seccomp: { type: process.env.SEC ?? "unconfined" }, rlimits: [], ...more },
  mounts: [], shmBytes: 67108864, devices: [], files: { hosts: "127.0.0.1 localhost\n" }, sysctls: {}, namespaces: { pid: "own", ipc: "own", uts: "own", cgroup: "own" }, wiring: [], resources: JSON.parse(process.env.RES ?? "{}"), privileged: false, init: false
}) as never
const sup = { stdin: true, stdinOnce: true, log: { driver: "file", maxBytes: 1e7, files: 3 }, ports: [], cleanup: [] } as const
const main = Effect.gen(function*() {
  const rt = yield* Runtime
  const direct = yield* DirectExec
  const t0 = performance.now()
  yield* Effect.scoped(Effect.gen(function*() {
    const s = yield* rt.start(spec(["sh", "-c", "echo hi; cat; exit 5"]), sup)
    console.log("started", performance.now() - t0)
    yield* s.input(new TextEncoder().encode("typed\n"))
    yield* s.closeInput
    yield* Stream.runForEach(s.output, (o) => Effect.sync(() => process.stdout.write(o.bytes)))
    console.log(yield* s.exit, performance.now() - t0)
  }))
  console.log(yield* rt.state(id("b")))
  yield* Effect.scoped(rt.start(spec(["sleep", "100"]), sup))
  console.log(yield* rt.state(id("b")))
  const t1 = performance.now()
  yield* Effect.scoped(Effect.gen(function*() {
    const s = yield* rt.exec(id("b"), { ...(spec(["sh", "-c", "ps; cat; cat /proc/self/cgroup | head -3;  exit 9"]) as any).process }, { stdin: true, privileged: false })
    yield* s.input(new TextEncoder().encode("typed\n"))
    yield* s.closeInput
    yield* Stream.runForEach(s.output, (o) => Effect.sync(() => process.stdout.write(o.bytes)))
    console.log(yield* s.exit, performance.now()-t1)
    const t2 = performance.now()
    const e = yield* direct.exec(id("b"), { ...(spec(["sh", "-c", "echo direct; exit 2"]) as any).process }, { stdin: false, privileged: false })
    console.log(yield* e.exit, performance.now() - t2)
  }))
  yield* rt.signal(id("b"), 9)
  console.log(yield* rt.wait(id("b")))
  yield* rt.remove(id("b"))
  console.log(yield* rt.state(id("b")))
  const r = yield* Effect.either(Effect.scoped(rt.start(spec(["nope"]), sup)))
  console.log(r)
  console.log(yield* rt.perform(spec(["sh","-c","echo performed; exit 6"]), (o) => void process.stdout.write(o.bytes)))
})
const settings = Layer.succeed(Settings, { root: d, run: d + "/run", jobs: 2, instance: "t", self })
await Effect.runPromise(Effect.provide(main, layer.pipe(Layer.provide(NL.layer({ self })), Layer.provide(settings))) as any)
rmSync(d, { recursive: true, force: true })
process.exit(0)

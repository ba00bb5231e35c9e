import { mkdirSync, copyFileSync, writeFileSync, rmSync, symlinkSync } from "node:fs"
import { launch } from "/work/main/packages/engine/src/supervisor/launch.ts"
import { launchPlan } from "/work/main/plugins/runtime-namespace/src/plan.ts"
import { defaultCapabilities } from "/work/main/packages/core/src/runtime/ContainerSpec.ts"
const d = "/tmp/rn/c" + process.pid
for (const x of ["lower/bin", "lower/etc", "lower/proc","lower/sys","lower/dev","upper", "work", "root"]) mkdirSync(`${d}/${x}`, { recursive: true })
copyFileSync("/bin/busybox", `${d}/lower/bin/busybox`)
for (const a of ["sh","echo","cat","ls","stty","id","mount","sleep","ps","grep","mknod","umount","hostname","true","seq"]) try { symlinkSync("busybox", `${d}/lower/bin/${a}`) } catch {}
writeFileSync(`${d}/lower/etc/passwd`, "root:x:0:0:root:/root:/bin/sh\napp:x:1000:1000::/home/app:/bin/sh\n")
const self = (process.env.SELF ?? `${process.execPath} --conditions=gantry-source /tmp/rn/entry.ts`).split(" ")
const tty = process.env.TTY === "1"
const spec = {
  id: "a".repeat(64), hostname: "box", root: { type: "overlay", directory: d, lower: ["lower"], upper: `${d}/upper`, work: `${d}/work`, target: `${d}/root` },
  readonlyRoot: false, process: { argv: process.argv.slice(2), env: ["PATH=/bin"], cwd: "/work/dir", user: process.env.USER_ ?? "", groups: [], tty, capabilities: defaultCapabilities, noNewPrivileges: false, seccomp: { type: process.env.SEC ?? "unconfined" }, rlimits: [] },
  mounts: [], shmBytes: 67108864, devices: [], files: { hosts: "127.0.0.1 localhost\n", hostname: "box\n" }, sysctls: {}, namespaces: { pid: "own", ipc: "own", uts: "own", cgroup: "own" }, wiring: [], resources: {}, privileged: false, init: false
} as const
const N = Number(process.env.N ?? 1)
for (let i=0;i<N;i++) {
const t0 = performance.now()
const r = await launch({ plan: launchPlan(self, spec as never), scratch: "/tmp/rn", stdin: false, wiring: [], ...(tty ? { terminal: { size: { rows: 33, columns: 99 } } } : {}), onOutput: (o) => { (o.stream === "stdout" ? process.stdout : process.stderr).write(o.bytes) } })
const t1 = performance.now()
if (r.type === "failed") { console.log(r); process.exitCode = r.status }
else { const e = await r.ended; console.error(JSON.stringify(e), "started", (t1 - t0).toFixed(1), "ended", (performance.now() - t0).toFixed(1)) }
}
rmSync(d, { recursive: true, force: true })

import { readFileSync } from "node:fs"
import { Effect } from "effect"
import { Runtime } from "@gantry/core/runtime/Runtime"
import { makeRig, supervision } from "./supervisor/rig.ts"
import { readState } from "../src/supervisor/state.ts"
const rig = makeRig(["/tmp/rn/gt"])
for (const more of [{}, { stdin: true, ports: [{ hostIp: "127.0.0.1", hostPort: 34567, containerPort: 80, protocol: "tcp" as const }] }]) {
const spec = rig.spec({ argv: ["sleep", "1000"] })
await rig.run(Effect.scoped(Effect.gen(function* () { yield* (yield* Runtime).start(spec, { ...supervision, ...more }) })))
const pid = readState(`${rig.directory}/containers/${spec.id}`)!.supervisor.pid
for (const wait of [100, 2000]) { await new Promise(r => setTimeout(r, wait)); console.log(readFileSync(`/proc/${pid}/smaps_rollup`, "utf8").split("\n").filter(l => /^(Rss|Pss|Private|Shared|Anon)/.test(l)).join("; "), readFileSync(`/proc/${pid}/status`,"utf8").match(/Threads.*/)![0]) }
const t=performance.now()
const smaps=readFileSync(`/proc/${pid}/smaps`,"utf8").split(/\n(?=[0-9a-f]+-[0-9a-f]+ )/).map(b=>({h:b.split("\n")[0],p:Number(/Private_Dirty:\s+(\d+)/.exec(b)?.[1]??0)+Number(/Private_Clean:\s+(\d+)/.exec(b)?.[1]??0)})).sort((a,b)=>b.p-a.p).slice(0,12); for(const x of smaps) console.log(x.p, x.h)
await rig.run(Effect.gen(function* () { yield* (yield* Runtime).remove(spec.id) }))
}
rig.dispose(); process.exit(0)

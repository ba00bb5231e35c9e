import { spawn } from "node:child_process"
import { openCgroups } from "@gantry/linux/cgroup"
import { defaultDevices } from "@gantry/linux/devices"
import { loadSyscallsSync } from "@gantry/linux/load"
const t0=performance.now()
const g = openCgroups(loadSyscallsSync()); const t=[performance.now()-t0]; let l=performance.now()
const lap=()=>{const n=performance.now(); t.push(n-l); l=n}
for (let i=0;i<4;i++){ const c = spawn("sleep",["100"]); l=performance.now()
g.create("gantry-x/a"+i); lap(); g.setLimits("gantry-x/a"+i,{}); lap(); g.allowDevices("gantry-x/a"+i, defaultDevices); lap(); g.add("gantry-x/a"+i,c.pid!); lap(); c.kill("SIGKILL"); await new Promise(r=>c.once("exit",r)); l=performance.now(); g.remove("gantry-x/a"+i); lap();
console.log(t.map(x=>x.toFixed(1)).join(" ")); t.length=0}
g.remove("gantry-x")

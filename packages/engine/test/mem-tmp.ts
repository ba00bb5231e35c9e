import { readFileSync } from "node:fs"
import { Effect } from "effect"
import { Runtime } from "@gantry/core/runtime/Runtime"
import { makeRig, runToEnd, supervision, outcomeOf } from "./supervisor/rig.ts"
import { readState } from "../src/supervisor/state.ts"
const rig = makeRig(["/tmp/rn/gt"])
await rig.run(Effect.gen(function* () { const rt = yield* Runtime
 for (let i = 0; i < 6; i++) { const spec = rig.spec({ argv: ["true"] }); const t = performance.now(); const s = yield* rt.start(spec, supervision); const a = performance.now(); const o = yield* outcomeOf(s); const b = performance.now(); console.log("start", (a - t).toFixed(1), "exit", (b - t).toFixed(1)) }
 for (let i = 0; i < 6; i++) { const spec = rig.spec({ argv: ["true"] }); const t = performance.now(); const s = yield* rt.perform(spec, () => {}); console.log("perform", (performance.now() - t).toFixed(1)) }
 const spec = rig.spec({ argv: ["sleep", "100"] }); const s = yield* rt.start(spec, supervision); for (let i = 0; i < 5; i++) { const t = performance.now(); const x = yield* rt.exec(spec.id, { ...spec.process, argv: ["true"] }, { stdin: false, privileged: false }); yield* outcomeOf(x); console.log("exec", (performance.now() - t).toFixed(1)) }
 yield* rt.remove(spec.id)
 const big = rig.spec({ argv: ["head", "-c", "200000000", "/dev/zero"] }); const t = performance.now(); const q = yield* rt.start(big, { ...supervision, log: { ...supervision.log, driver: "none" } }); yield* outcomeOf(q); console.log("200 MB of output, no log", (performance.now() - t).toFixed(0))
 const big2 = rig.spec({ argv: ["sh", "-c", "seq 1 3000000"] }); const t2 = performance.now(); const q2 = yield* rt.start(big2, supervision); yield* outcomeOf(q2); console.log("3M lines with log", (performance.now() - t2).toFixed(0))
}))
rig.dispose(); process.exit(0)

/** Runs inside a fresh mount namespace: mounts an overlay of directories with awkward names. Argument: a directory. */
import { mkdirSync, readdirSync, writeFileSync } from "node:fs"
import { MS_PRIVATE, MS_REC } from "../../src/constants.ts"
import { loadSyscallsSync } from "../../src/load.ts"
import { overlayData } from "../../src/overlay.ts"

const [directory = ""] = process.argv.slice(2)
const sys = loadSyscallsSync()
sys.mount(null, "/", null, MS_REC | MS_PRIVATE, null)
sys.mount("tmpfs", directory, "tmpfs", 0, null)
sys.chdir(directory)
const names = { top: "a:b,c", bottom: String.raw`d\e=f`, upper: "up,per:x", work: String.raw`wo\rk,` }
for (const name of [...Object.values(names), "merged"]) mkdirSync(name)
writeFileSync(`${names.top}/top`, "")
writeFileSync(`${names.bottom}/bottom`, "")
const data = overlayData({ lower: [names.top, names.bottom], upper: names })
if (!data.ok) throw new Error("the options do not fit")
sys.mount("overlay", "merged", "overlay", 0, data.data)
writeFileSync("merged/written", "")
console.log(readdirSync("merged").toSorted().join(","))
if (!readdirSync(names.upper).includes("written")) throw new Error("the file is not in the upper directory")

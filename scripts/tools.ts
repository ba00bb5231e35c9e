import { spawnSync } from "node:child_process"
import { existsSync, readdirSync } from "node:fs"
import { join } from "node:path"
import { inRepository, run } from "./repository.ts"

/** A program of the host that gantry or an example starts, and the Debian package that has it. */
interface Tool {
  readonly program: string
  readonly pack: string
  readonly why: string
}

const tools: ReadonlyArray<Tool> = [
  { program: "nft", pack: "nftables", why: "networks and published ports" },
  { program: "ip", pack: "iproute2", why: "cleaning up after tests" },
  { program: "unshare", pack: "util-linux", why: "namespaces" },
  { program: "setpriv", pack: "util-linux", why: "tying a container to its supervisor" },
  { program: "busybox", pack: "busybox-static", why: "the example image and the end-to-end tests" },
  { program: "docker-registry", pack: "docker-registry", why: "testing against a real registry" },
  { program: "newuidmap", pack: "uidmap", why: "containers of ordinary users" },
  { program: "slirp4netns", pack: "slirp4netns", why: "networks of ordinary users" },
  { program: "pasta", pack: "passt", why: "testing networks of ordinary users by another program" },
  { program: "runc", pack: "runc", why: "testing containers that an OCI runtime makes" },
  { program: "crun", pack: "crun", why: "testing containers that an OCI runtime makes" },
  { program: "openssl", pack: "openssl", why: "certificates of tests" }
]

/** Where programs are: what an administrator needs is not on everybody's path. */
const places = [
  ...new Set([...(process.env["PATH"] ?? "").split(":"), "/usr/local/sbin", "/usr/sbin", "/sbin", "/usr/bin", "/bin"])
]

const isThere = (program: string) => places.some((place) => place !== "" && existsSync(join(place, program)))

/** Only a busybox without a loader runs in an image that has nothing else. */
const isStaticBusybox = () =>
  spawnSync(process.execPath, [inRepository("examples/web/prepare.mjs"), "--check"]).status === 0

const missing = () => tools.filter(({ program }) => !isThere(program) || (program === "busybox" && !isStaticBusybox()))

/** Whether this process may do what an engine does. */
export const isRoot: boolean = process.getuid?.() === 0

/**
 * Makes sure that the host's programs are there: installs the Debian packages that are missing when this is root on
 * Debian, says exactly what is missing otherwise. Returns whether all are there.
 */
export const ensureTools = async (): Promise<boolean> => {
  // What is started from here finds them, too.
  process.env["PATH"] = places.join(":")
  const wanted = missing()
  if (wanted.length === 0) return true
  const packs = [...new Set(wanted.map(({ pack }) => pack))]
  if (isRoot && isThere("apt-get")) {
    console.log(`» installing ${packs.join(", ")} (apt-get)`)
    const env = { DEBIAN_FRONTEND: "noninteractive" }
    const install = ["apt-get", "install", "-qq", "-y", "--no-install-recommends", ...packs]
    const lists = existsSync("/var/lib/apt/lists") ? readdirSync("/var/lib/apt/lists").length : 0
    if (lists < 3) await run(["apt-get", "update", "-qq"], { env })
    let installed = await run(install, { env })
    // Lists that are old name packages that the mirror no longer has.
    if (installed.code !== 0) {
      await run(["apt-get", "update", "-qq"], { env })
      installed = await run(install, { env })
    }
    if (installed.code !== 0) console.error(installed.output.trimEnd())
  }
  for (const { pack, program, why } of missing()) {
    console.error(`» missing: ${program}, for ${why}; on Debian: apt-get install ${pack}`)
  }
  return missing().length === 0
}

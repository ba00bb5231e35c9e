import { spawnSync } from "node:child_process"

/** Another container engine on this machine. */
export interface Peer {
  readonly name: "docker" | "podman"
  readonly version: string
  /** The program and the options that it needs before `run`'s image. */
  readonly run: ReadonlyArray<string>
  readonly build: ReadonlyArray<string>
  readonly env: { readonly [name: string]: string }
}

const output = (...[program = "", ...args]: ReadonlyArray<string>): string | undefined => {
  const { status, stdout } = spawnSync(program, args, { encoding: "utf8" })
  return status === 0 ? stdout.trim() : undefined
}

/** Podman raises limits, which a root without CAP_SYS_RESOURCE may not; lower ones work for both. */
const limits = ["--ulimit", "nofile=1024:4096", "--ulimit", "nproc=1000:1000"]

const docker = (): Peer | undefined => {
  const version = output("docker", "version", "--format", "{{.Server.Version}}")
  if (version === undefined) return undefined
  return { name: "docker", version, run: ["docker", "run"], build: ["docker", "build"], env: { DOCKER_BUILDKIT: "1" } }
}

const podman = (): Peer | undefined => {
  const version = output("podman", "version", "--format", "{{.Client.Version}}")
  if (version === undefined) return undefined
  const runtime = output("runc", "--version") === undefined ? [] : ["--runtime", "runc"]
  return {
    name: "podman",
    version,
    run: ["podman", ...runtime, "run", ...limits],
    build: ["podman", ...runtime, "build", ...limits, "--layers"],
    env: {}
  }
}

/** The peers that answer. Says loudly which do not. */
export const peers = (): ReadonlyArray<Peer> =>
  [["docker", docker] as const, ["podman", podman] as const].flatMap(([name, find]) => {
    const peer = find()
    if (peer === undefined) console.log(`!! ${name} IS SKIPPED: it is not installed, or its daemon does not answer !!`)
    return peer === undefined ? [] : [peer]
  })

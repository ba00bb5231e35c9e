import { spawnSync } from "node:child_process"
import type { Peer } from "./peers.ts"
import type { Contestant } from "./side-by-side.ts"

/** A way of another engine to build an image. */
export interface Builder {
  readonly name: "BuildKit" | "classic" | "buildah"
  /** The engine that has the image afterwards. */
  readonly engine: Peer["name"]
  readonly version: string
  /** The program and the options that it needs before the context. */
  readonly argv: ReadonlyArray<string>
  readonly env: { readonly [name: string]: string }
}

/** Buildah raises limits, which a root without CAP_SYS_RESOURCE may not. */
const limits = ["--ulimit", "nofile=1024:4096", "--ulimit", "nproc=1000:1000"]

const answers = (program: string): boolean => spawnSync(program, ["--version"]).status === 0

/** The builders of the engines that answer: both of docker's, and buildah on podman's store. Says loudly which are missing. */
export const builders = (peers: ReadonlyArray<Peer>): ReadonlyArray<Builder> => {
  const docker = peers.find(({ name }) => name === "docker")
  const podman = peers.find(({ name }) => name === "podman")
  const found: Array<Builder> = []
  if (docker !== undefined) {
    const argv = ["docker", "build"]
    const { version } = docker
    const env = { DOCKER_BUILDKIT: "1" }
    // Newer clients reach it through a plugin of their own, which may be missing.
    const has = spawnSync("docker", ["build", "--help"], { env: { ...process.env, ...env } }).status === 0
    if (has) found.push({ name: "BuildKit", engine: "docker", version, argv, env })
    found.push({ name: "classic", engine: "docker", version, argv, env: { DOCKER_BUILDKIT: "0" } })
  }
  if (podman !== undefined && answers("buildah")) {
    const runtime = answers("runc") ? ["--runtime", "runc"] : []
    const version = spawnSync("buildah", ["--version"], { encoding: "utf8" }).stdout.split(" ")[2] ?? ""
    // Docker's format, because the other has no place for SHELL, ONBUILD and HEALTHCHECK.
    const argv = ["buildah", "build", ...runtime, ...limits, "--layers", "--format", "docker"]
    found.push({ name: "buildah", engine: "podman", version, argv, env: {} })
  }
  for (const name of ["BuildKit", "classic", "buildah"] as const) {
    if (!found.some((each) => each.name === name)) console.log(`!! ${name} IS SKIPPED: it is not here !!`)
  }
  return found
}

/** A builder with a command line. */
export const building = (
  { argv, env, name, version }: Builder,
  ...options: ReadonlyArray<string>
): Contestant & { readonly env: { readonly [name: string]: string } } => ({
  name,
  version,
  env,
  argv: [...argv, ...options]
})

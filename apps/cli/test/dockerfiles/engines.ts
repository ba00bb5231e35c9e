import { execFile, spawnSync } from "node:child_process"
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { base, type Case, type Rival } from "./Case.ts"
import { beyond, type ImageFacts, imageFacts } from "./listing.ts"
import { place } from "./place.ts"

/** Something that builds images, with the base in its store. */
export interface Engine {
  readonly name: Rival | "gantry"
  readonly version: string
  readonly build: (name: string, context: string, options: ReadonlyArray<string>) => Promise<unknown>
  /** Writes an archive as `docker save` does. */
  readonly save: (name: string, file: string) => Promise<unknown>
  readonly remove: (name: string) => Promise<unknown>
  /** Takes an archive of a root as an image with PATH and CMD. */
  readonly take: (archive: string, name: string) => Promise<unknown>
}

/** Runs a program to its end; fails with all that it wrote. */
const run = ([program = "", ...args]: ReadonlyArray<string>, env: NodeJS.ProcessEnv = process.env): Promise<string> =>
  new Promise((resolve, reject) => {
    execFile(program, args, { env, timeout: 600_000, maxBuffer: 2 ** 26 }, (error, stdout, stderr) => {
      if (error === null) resolve(stdout.trim())
      else reject(new Error(`${program} ${args.join(" ")}\n${stdout}${stderr}`))
    })
  })

const versionOf = ([program = "", ...args]: ReadonlyArray<string>): string =>
  spawnSync(program, [...args, "--version"], { encoding: "utf8" }).stdout.trim()

const changes = ["--change", "ENV PATH=/bin", "--change", 'CMD ["sh"]']

/** Ours, with the store that `env` names. */
export const gantryEngine = (command: ReadonlyArray<string>, env: NodeJS.ProcessEnv): Engine => ({
  name: "gantry",
  version: versionOf(command),
  build: (name, context, options) => run([...command, "build", ...options, "-t", name, context], env),
  save: (name, file) => run([...command, "save", "-o", file, name], env),
  remove: (name) => run([...command, "rmi", "-f", name], env),
  take: (archive, name) => run([...command, "import", ...changes, archive, name], env)
})

const docker = (name: "BuildKit" | "classic"): Engine | undefined => {
  const env = { ...process.env, DOCKER_BUILDKIT: name === "BuildKit" ? "1" : "0" }
  const { status, stdout } = spawnSync("docker", ["version", "--format", "{{.Server.Version}}"], { encoding: "utf8" })
  // Newer clients reach BuildKit through a plugin of their own, which may be missing.
  if (status !== 0 || spawnSync("docker", ["build", "--help"], { env }).status !== 0) return undefined
  return {
    name,
    version: stdout.trim(),
    build: (image, context, options) => run(["docker", "build", ...options, "-t", image, context], env),
    save: (image, file) => run(["docker", "save", "-o", file, image]),
    remove: (image) => run(["docker", "rmi", "-f", image]),
    take: (archive, image) => run(["docker", "import", ...changes, archive, image])
  }
}

const buildah = (): Engine | undefined => {
  const has = (program: string) => spawnSync(program, ["--version"]).status === 0
  if (!has("buildah") || !has("podman")) return undefined
  const runtime = has("runc") ? ["--runtime", "runc"] : []
  // It raises limits, which a root without CAP_SYS_RESOURCE may not.
  const limits = ["--ulimit", "nofile=1024:4096", "--ulimit", "nproc=1000:1000"]
  const argv = ["buildah", "build", ...runtime, ...limits, "--layers", "--format", "docker", "--identity-label=false"]
  return {
    name: "buildah",
    version: versionOf(["buildah"]).split(" ")[2] ?? "",
    build: (image, context, options) => run([...argv, ...options, "-t", image, context]),
    save: (image, file) => run(["podman", "save", "--format", "docker-archive", "-o", file, image]),
    remove: (image) => run(["podman", "rmi", "-f", image]),
    take: (archive, image) => run(["podman", "import", ...changes, archive, image])
  }
}

/** The others on this machine. */
export const rivals = (): ReadonlyArray<Engine> =>
  [docker("BuildKit"), docker("classic"), buildah()].filter((engine) => engine !== undefined)

/** An archive with the root that all cases stand on. */
export const makeGround = async (folder: string): Promise<string> => {
  const root = join(folder, "ground")
  const directories = ["bin", "dev", "etc", "home/app", "proc", "root", "run", "sys", "tmp", "var/tmp"]
  for (const name of directories) mkdirSync(join(root, name), { recursive: true })
  cpSync("/bin/busybox", join(root, "bin/busybox"))
  const list = await run([join(root, "bin/busybox"), "--list"])
  const names = list.split("\n")
  for (const name of names) if (name !== "busybox") symlinkSync("busybox", join(root, "bin", name))
  writeFileSync(join(root, "etc/passwd"), "root:x:0:0:root:/root:/bin/sh\napp:x:1000:1000:app:/home/app:/bin/sh\n")
  writeFileSync(join(root, "etc/group"), "root:x:0:\napp:x:1000:\nextra:x:2000:app\n")
  for (const name of ["hostname", "hosts", "resolv.conf"]) writeFileSync(join(root, "etc", name), "")
  await run(["chown", "-R", "1000:1000", join(root, "home/app")])
  await run(["chmod", "1777", join(root, "tmp"), join(root, "var/tmp")])
  await run(["chmod", "0700", join(root, "root")])
  const archive = join(folder, "ground.tar")
  await run(["tar", "-C", root, "-cf", archive, "."])
  return archive
}

/** Builds a case and reads the image, beyond the base. */
export const built = async (engine: Engine, each: Case): Promise<ImageFacts> => {
  const folder = mkdtempSync(join(tmpdir(), "gantry-case-"))
  const name = `gantry-cases:built-${engine.name.toLowerCase()}`
  const made: Array<string> = []
  try {
    const context = join(folder, "context")
    for (const [image, dockerfile] of Object.entries(each.first ?? {})) {
      const before = join(folder, `first-${made.length}`)
      place({ ...each, dockerfile }, before)
      // Each may stand on the one before.
      // oxlint-disable-next-line no-await-in-loop
      await engine.build(image, before, [])
      made.push(image)
    }
    place(each, context)
    // Sources of secrets are in the context, and named without a place.
    const options = (each.options ?? []).map((word) => word.replace(/\bsrc=/, `src=${context}/`))
    await engine.build(name, context, options)
    made.push(name)
    const facts = async (image: string): Promise<ImageFacts> => {
      const file = join(folder, "image.tar")
      rmSync(file, { force: true })
      await engine.save(image, file)
      return imageFacts(file)
    }
    return beyond(await facts(name), await groundOf(engine, facts))
  } finally {
    // oxlint-disable-next-line no-await-in-loop
    for (const image of made.toReversed()) await engine.remove(image)
    rmSync(folder, { recursive: true })
  }
}

const grounds = new Map<Engine, ImageFacts>()

const groundOf = async (engine: Engine, facts: (name: string) => Promise<ImageFacts>): Promise<ImageFacts> => {
  const found = grounds.get(engine) ?? (await facts(base))
  grounds.set(engine, found)
  return found
}

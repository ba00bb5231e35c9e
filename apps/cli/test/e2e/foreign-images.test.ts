import { execFileSync, spawnSync } from "node:child_process"
import { copyFileSync, mkdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { useGantry } from "./host/gantry.ts"
import { type RegistryServer, startRegistry } from "./host/registry.ts"

/** Whether a peer can be used; says loudly when it cannot. */
const has = (program: string, ...args: ReadonlyArray<string>): boolean => {
  const { status } = spawnSync(program, args, { stdio: "ignore" })
  if (status !== 0) console.log(`!! ${program} IS SKIPPED: it is not installed, or its daemon does not answer !!`)
  return status === 0
}

const docker = has("docker", "version")
const buildah = has("buildah", "--version")
const umoci = has("umoci", "--version")
const podman = has("podman", "--version")
const skopeo = has("skopeo", "--version")

/** Podman raises limits, which a root without CAP_SYS_RESOURCE may not; lower ones work for both. */
const limits = ["--ulimit", "nofile=1024:4096", "--ulimit", "nproc=1000:1000"]

describe("images of other programs", () => {
  const gantry = useGantry()
  let registry: RegistryServer
  /** Names on this machine that are not ours. */
  const tag = `gantry-e2e-${process.pid}`

  beforeAll(async () => {
    registry = await startRegistry()
  })
  afterAll(() => registry.close())

  const call = (program: string, ...args: ReadonlyArray<string>): string =>
    execFileSync(program, args, { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] }).trim()

  /** A context whose image tells what its layers say: a file that is changed, one that is removed, a link. */
  const context = (): string => {
    const directory = gantry.context({
      Dockerfile: [
        "FROM scratch",
        "COPY busybox /bin/busybox",
        'RUN ["/bin/busybox", "--install", "-s", "/bin"]',
        "RUN mkdir /d && echo one > /d/f && echo gone > /d/gone && ln -s f /d/link && chown 12:34 /d/f",
        "RUN rm /d/gone && echo two >> /d/f && chmod 4750 /d/f",
        'CMD ["cat", "/d/link"]',
        ""
      ].join("\n")
    })
    copyFileSync("/bin/busybox", join(directory, "busybox"))
    return directory
  }
  const look = 'cat /d/link; stat -c "%a %u:%g" /d/f; ls /d'
  const seen = "one\ntwo\n4750 12:34\nf\nlink"

  it.runIf(docker)("docker's run here, out of a registry and out of what it saves, and ours run there", async () => {
    const name = `${registry.host}/${tag}/docker`
    const ours = `${registry.host}/${tag}/ours`
    try {
      execFileSync("docker", ["build", "-q", "-t", name, context()], {
        stdio: "ignore",
        env: { ...process.env, DOCKER_BUILDKIT: "0" }
      })
      call("docker", "push", "-q", name)
      await gantry.ok("pull", name)
      expect(await gantry.ok("run", "--rm", name)).toBe("one\ntwo")
      expect(await gantry.ok("run", "--rm", name, "sh", "-c", look)).toBe(seen)
      await gantry.ok("rmi", name)
      const archive = join(gantry.scratch, "docker.tar")
      call("docker", "save", "-o", archive, name)
      expect(await gantry.ok("load", "-i", archive)).toContain(name)
      expect(await gantry.ok("run", "--rm", name, "sh", "-c", look)).toBe(seen)

      await gantry.ok("build", "-t", ours, context())
      await gantry.ok("push", ours)
      expect(call("docker", "run", "--rm", ours, "sh", "-c", look)).toBe(seen)
    } finally {
      spawnSync("docker", ["rmi", "-f", name, ours], { stdio: "ignore" })
    }
    expect(await gantry.ok("check")).toContain("all is well")
  })

  it.runIf(podman)("ours run in podman", async () => {
    const name = `${registry.host}/${tag}/podman`
    await gantry.ok("build", "-t", name, context())
    await gantry.ok("push", name)
    try {
      call("podman", "pull", "-q", "--tls-verify=false", name)
      const run = ["--runtime", "runc", "run", "--rm", "--network", "none", ...limits, name, "sh", "-c", look]
      expect(call("podman", ...run)).toBe(seen)
    } finally {
      spawnSync("podman", ["rmi", "-f", name], { stdio: "ignore" })
    }
  })

  it.runIf(buildah)("buildah's run here", async () => {
    const name = `${registry.host}/${tag}/buildah`
    const store = join(gantry.scratch, "buildah")
    const own = ["--root", join(store, "root"), "--runroot", join(store, "run"), "--storage-driver", "vfs"]
    mkdirSync(store)
    const of = (...args: ReadonlyArray<string>) => call("buildah", ...own, ...args)
    const container = of("from", "scratch")
    of("copy", "--chmod", "755", container, "/bin/busybox", "/bin/cat")
    const file = join(gantry.scratch, "greeting")
    writeFileSync(file, "from buildah\n")
    of("copy", "--chown", "12:34", container, file, "/d/greeting")
    of("config", "--cmd", '["/bin/cat","/d/greeting"]', container)
    of("commit", "-q", container, name)
    of("push", "-q", "--tls-verify=false", name)
    await gantry.ok("pull", name)
    expect(await gantry.ok("run", "--rm", name)).toBe("from buildah")
    expect(await gantry.ok("check")).toContain("all is well")
  })

  it.runIf(umoci)("umoci's are pulled, run and built on out of their layout folder", async () => {
    const layout = join(gantry.scratch, "umoci")
    const bundle = join(gantry.scratch, "bundle")
    call("umoci", "init", "--layout", layout)
    call("umoci", "new", "--image", `${layout}:1`)
    call("umoci", "unpack", "--image", `${layout}:1`, bundle)
    mkdirSync(join(bundle, "rootfs/bin"))
    copyFileSync("/bin/busybox", join(bundle, "rootfs/bin/cat"))
    writeFileSync(join(bundle, "rootfs/greeting"), "from umoci\n")
    call("umoci", "repack", "--image", `${layout}:1`, bundle)
    call("umoci", "config", "--image", `${layout}:1`, "--config.cmd", "/bin/cat", "--config.cmd", "/greeting")
    expect(await gantry.ok("pull", `oci:${layout}:1`)).toContain("Status: Downloaded")
    await gantry.build("on-umoci", `FROM oci:${layout}:1\nCOPY more /more\nCMD ["/bin/cat", "/greeting", "/more"]`, {
      more: "and more\n"
    })
    expect(await gantry.ok("run", "--rm", "on-umoci")).toBe("from umoci\nand more")
    expect(await gantry.ok("check")).toContain("all is well")
  })

  it.runIf(skopeo)("skopeo reads the store itself as a layout", async () => {
    const name = `${registry.host}/${tag}/skopeo:1`
    await gantry.ok("build", "-t", name, context())
    await gantry.ok("push", name)
    await gantry.ok("rmi", name)
    await gantry.ok("pull", name)
    const told = JSON.parse(call("skopeo", "inspect", `oci:${gantry.root}:${name}`)) as {
      readonly Layers: ReadonlyArray<string>
      readonly Os: string
    }
    expect(told.Os).toBe("linux")
    expect(told.Layers.length).toBe(4)
  })
})

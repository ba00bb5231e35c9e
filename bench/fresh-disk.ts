import { execFileSync, spawn, spawnSync } from "node:child_process"
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"

/** Bytes of the disk: room for an image of 400 MB and one of 1 GB, several times over. */
const size = 12 * 1024 ** 3

/** Starts a daemon of Docker that keeps everything on the disk; none when docker is not installed. */
const startDocker = (home: string, disk: string): (() => void) => {
  if (spawnSync("dockerd", ["--version"]).status !== 0) return () => {}
  const socket = `unix://${join(home, "docker.sock")}`
  const places = ["--data-root", join(disk, "docker"), "--exec-root", join(home, "docker"), "--pidfile"]
  // Nothing is run: no network is wanted, and none of the host is changed.
  const args = ["-H", socket, ...places, join(home, "docker.pid"), "--bridge=none", "--iptables=false"]
  const daemon = spawn("dockerd", args, { stdio: "ignore" })
  process.env["DOCKER_HOST"] = socket
  for (let tries = 0; spawnSync("docker", ["version"]).status !== 0; tries++) {
    if (tries > 200) throw new Error("dockerd does not answer")
    spawnSync("sleep", ["0.1"])
  }
  return () => {
    daemon.kill("SIGTERM")
    for (let tries = 0; spawnSync("docker", ["version"]).status === 0 && tries < 200; tries++)
      spawnSync("sleep", ["0.1"])
  }
}

/**
 * Measures on a disk that nobody has used before, with a journal: a file in which a fresh ext4 lies. All contestants, the
 * registry and temporary files are on it, by the environment of this process. A disk on which trees were removed lately
 * is slow at making files, and the last who removed some would make the next one pay for it.
 */
export const onFreshDisk = (measure: () => void): void => {
  const home = mkdtempSync(join(tmpdir(), "gantry-bench-disk-"))
  const disk = join(home, "disk")
  const file = join(home, "ext4")
  execFileSync("fallocate", ["-l", String(size), file])
  execFileSync("mkfs.ext4", ["-q", "-E", "lazy_itable_init=0,lazy_journal_init=0", file])
  mkdirSync(disk)
  execFileSync("mount", ["-o", "loop", file, disk])
  let stop = (): void => {}
  try {
    for (const name of ["docker", "podman", "tmp"]) mkdirSync(join(disk, name))
    const storage = { graphroot: join(disk, "podman"), runroot: join(home, "podman") }
    const lines = Object.entries(storage).map(([name, path]) => `${name} = "${path}"`)
    writeFileSync(join(home, "storage.conf"), ["[storage]", 'driver = "overlay"', ...lines, ""].join("\n"))
    process.env["CONTAINERS_STORAGE_CONF"] = join(home, "storage.conf")
    process.env["TMPDIR"] = join(disk, "tmp")
    stop = startDocker(home, disk)
    measure()
  } finally {
    stop()
    // What a daemon mounted there goes with it.
    execFileSync("umount", ["-R", "-l", disk])
    rmSync(home, { recursive: true, force: true })
  }
}

import {
  existsSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync
} from "node:fs"
import { tmpdir } from "node:os"
import { basename, join } from "node:path"
import { fileURLToPath } from "node:url"
import * as NamespaceLauncher from "@gantry/plugin-runtime-namespace/NamespaceLauncher"
import * as OciLauncher from "@gantry/plugin-runtime-oci/OciLauncher"
import { type ContainerSpec, plainSpec, type ProcessSpec } from "@gantry/core/runtime/ContainerSpec"
import type { ExitStatus } from "@gantry/core/runtime/ContainerState"
import { Launcher } from "@gantry/core/runtime/Launcher"
import { Runtime, type Session, type Supervision } from "@gantry/core/runtime/Runtime"
import { openCgroups } from "@gantry/linux/cgroup"
import { loadSyscallsSync } from "@gantry/linux/load"
import { identify, isAlive } from "@gantry/linux/process-identity"
import { Settings } from "@gantry/core/Settings"
import { Effect, Layer, type Scope, Stream } from "effect"
import type { DirectExec } from "../../src/containers/DirectExec.ts"
import { layer } from "../../src/containers/SupervisedRuntime.ts"

const repository = fileURLToPath(new URL("../../../..", import.meta.url))
const entry = ["--conditions=gantry-source", join(repository, "apps/cli/src/bin.ts")]

/** How gantry starts itself, from its sources, with each runtime. */
export const selves = {
  bun: [join(repository, "node_modules/bun/bin/bun.exe"), ...entry],
  node: [process.execPath, ...entry],
  deno: [join(repository, "node_modules/deno/deno"), "run", "-A", ...entry]
}

const applets =
  "sh echo cat ls stty id mount umount sleep ps grep ip ping mknod true seq head wc kill reboot tail touch".split(" ")

/** A directory with a busybox root in it, an engine's directories beside, and a runtime over them. */
export interface Rig {
  readonly directory: string
  readonly instance: string
  readonly spec: (process: Partial<ProcessSpec>, more?: Partial<ContainerSpec>) => ContainerSpec
  readonly run: <A, E>(effect: Effect.Effect<A, E, Runtime | DirectExec | Scope.Scope>) => Promise<A>
  /** The runtime itself, for those who build more on it. */
  readonly runtime: Layer.Layer<Runtime | DirectExec>
  readonly dispose: () => void
}

/**
 * Makes a rig of its own for a test file. Needs root and /bin/busybox (package busybox-static). `self` starts the tiny
 * processes, `supervisor` the supervisor. With `runtimeProgram` containers are made by that OCI runtime.
 */
export const makeRig = (self: ReadonlyArray<string> = selves.bun, supervisor = self, runtimeProgram?: string): Rig => {
  const directory = mkdtempSync(join(tmpdir(), "gantry-supervisor-"))
  const lower = join(directory, "lower")
  for (const name of ["bin", "etc", "proc", "sys", "dev"]) mkdirSync(join(lower, name), { recursive: true })
  copyFileSync("/bin/busybox", join(lower, "bin/busybox"))
  for (const name of applets) symlinkSync("busybox", join(lower, "bin", name))
  writeFileSync(join(lower, "etc/passwd"), "root:x:0:0:root:/root:/bin/sh\napp:x:1000:1000::/home/app:/bin/sh\n")
  writeFileSync(join(lower, "etc/group"), "root:x:0:\napp:x:1000:\nwheel:x:10:app\n")
  writeFileSync(join(lower, "etc/text"), "this is not a program\n")
  writeFileSync(join(lower, "etc/orphan"), "#!/bin/not-here\n", { mode: 0o755 })
  const instance = `test${basename(directory).slice(-6)}`
  let made = 0

  const spec: Rig["spec"] = (process_, more = {}) => {
    made += 1
    const tree = join(directory, `tree${made}`)
    for (const name of ["upper", "work", "root"]) mkdirSync(join(tree, name), { recursive: true })
    const id = `${process.pid.toString(16)}${made.toString(16)}`.padStart(16, "c").padEnd(64, "0")
    const root = {
      type: "overlay",
      directory,
      lower: ["lower"],
      upper: join(tree, "upper"),
      work: join(tree, "work"),
      target: join(tree, "root")
    } as const
    return {
      ...plainSpec(id, root, { argv: ["true"], env: ["PATH=/bin"], ...process_ }),
      hostname: "box",
      files: { hosts: "127.0.0.1 localhost\n" },
      ...more
    }
  }

  const settings = Layer.succeed(Settings, {
    root: directory,
    run: join(directory, "run"),
    jobs: 2,
    instance,
    self: supervisor
  })
  const launcher =
    runtimeProgram === undefined
      ? NamespaceLauncher.layer({ self })
      : Layer.succeed(Launcher, OciLauncher.make({ self, run: join(directory, "run") }, runtimeProgram))
  const runtime = layer.pipe(Layer.provide(launcher), Layer.provide(settings))
  return {
    directory,
    instance,
    spec,
    runtime,
    run: (effect) => Effect.runPromise(Effect.scoped(Effect.provide(effect, runtime))),
    dispose: () => {
      openCgroups(loadSyscallsSync()).remove(`gantry-${instance}`)
      rmSync(directory, { recursive: true, force: true })
    }
  }
}

/** Supervision of a container that nobody asks anything special of. */
export const supervision: Supervision = {
  stdin: false,
  stdinOnce: true,
  log: { driver: "file", maxBytes: 10 << 20, files: 3 },
  ports: [],
  restart: { policy: "no", most: 0 },
  stop: { signal: 15, grace: 10_000 },
  claimed: false,
  cleanup: []
}

/** All processes below one, as /proc shows them now. */
export const descendants = (pid: number): ReadonlyArray<number> => {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim().split(" ").filter(Boolean)
  return children.map(Number).flatMap((child) => [child, ...descendants(child)])
}

/** Waits until a process has gone. The runtimes cannot wait for a process that is not their child; so it is looked at. */
export const gone = async (pid: number): Promise<void> => {
  const process_ = identify(pid)
  if (process_ === undefined) return
  while (isAlive(process_)) await new Promise((resolve) => setImmediate(resolve))
}

/** What a rig has left on the host: mounts, control groups, sockets. */
export const traces = (rig: Rig) => ({
  mounts: readFileSync("/proc/self/mountinfo", "utf8")
    .split("\n")
    .filter((line) => line.includes(rig.directory)),
  // Only this rig's own groups are looked at: others come and go meanwhile.
  groups: readdirSync("/sys/fs/cgroup").flatMap((tree) => {
    const top = join("/sys/fs/cgroup", tree, `gantry-${rig.instance}`)
    return existsSync(top) ? readdirSync(top).filter((name) => /^(?:[0-9a-f]{64}|perform-.*)$/.test(name)) : []
  }),
  sockets: readdirSync(join(rig.directory, "run")).filter((name) => name.endsWith(".sock"))
})

/** What {@link traces} of a rig must be in the end. */
export const noTraces = { mounts: [], groups: [], sockets: [] }

/** What a process wrote and how it ended. */
export interface Outcome {
  readonly exit: ExitStatus
  readonly stdout: string
  readonly stderr: string
}

/** Reads a session to its end. */
export const outcomeOf = (session: Session) =>
  Effect.gen(function* () {
    const written: { stdout: Array<Uint8Array>; stderr: Array<Uint8Array> } = { stdout: [], stderr: [] }
    yield* Stream.runForEach(session.output, ({ bytes, stream }) => Effect.sync(() => written[stream].push(bytes)))
    const exit = yield* session.exit
    return {
      exit,
      stdout: Buffer.concat(written.stdout).toString("latin1"),
      stderr: Buffer.concat(written.stderr).toString("latin1")
    } satisfies Outcome
  })

/** Starts a container, reads it to its end, and forgets it. */
export const runToEnd = (spec: ContainerSpec, more: Partial<Supervision> = {}) =>
  Effect.gen(function* () {
    const runtime = yield* Runtime
    const session = yield* runtime.start(spec, { ...supervision, ...more })
    const outcome = yield* outcomeOf(session)
    yield* runtime.remove(spec.id)
    return outcome
  })

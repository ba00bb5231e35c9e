import { randomBytes } from "node:crypto"
import { type RunRequest, StepFailed } from "@gantry/build/solve/StepExecutor"
import type { Locks } from "@gantry/core/Locks"
import { coverLogins, loginsIn } from "@gantry/core/logins"
import * as Network from "@gantry/core/network/Network"
import { type ContainerSpec, plainSpec } from "@gantry/core/runtime/ContainerSpec"
import { type Output, Runtime } from "@gantry/core/runtime/Runtime"
import type { Settings } from "@gantry/core/Settings"
import { type LayerInfo, LayerStore, type TreeHandle } from "@gantry/core/store/LayerStore"
import * as Effect from "effect/Effect"
import type * as Option from "effect/Option"
import { connect } from "../containers/connect.ts"
import { hostNames } from "../containers/host-names.ts"
import { type Redactor, redactorOf } from "../secrets/redact.ts"
import type { Secrets } from "../secrets/Secrets.ts"
import { stepFailed } from "./changed.ts"
import { commitTree } from "./commit-tree.ts"
import type { FailedCommand } from "./FailedCommand.ts"
import { type MountSources, type StepMounts, stepMounts } from "./step-mounts.ts"
import type { Surroundings } from "./Surroundings.ts"

/** What the commands of a build are given besides what is in the Dockerfile. */
export interface RunTools extends MountSources {
  readonly surroundings: Surroundings
  /** Told of a command that failed, while what it made is still there; the step fails when this has ended. */
  readonly onFailure?: (failed: FailedCommand) => Effect.Effect<void>
}

type Services = LayerStore | Locks | Network.Network | Runtime | Settings

/**
 * Runs a command on a draft tree in a container of its own; what it changed becomes the layer. The container, its
 * address, its mounts and the draft are gone afterwards, however it ended.
 */
export const performRun = (
  request: RunRequest,
  tools: RunTools
): Effect.Effect<Option.Option<LayerInfo>, StepFailed, Services> =>
  Effect.gen(function* () {
    const runtime = yield* Runtime
    const id = randomBytes(32).toString("hex")
    const mounts = yield* stepMounts(request, tools)
    const attachment = yield* Network.attached({
      container: id,
      containerName: "build",
      network: request.network === "default" ? "bridge" : request.network,
      ports: [],
      transient: true
    })
    const host = yield* hostNames
    const { hosts } = tools.surroundings
    const connected = (spec: ContainerSpec) =>
      connect({ spec, options: { hosts, dns: [], dnsSearch: [], dnsOptions: [], networks: [] } }, [attachment], host)
    // Given up before the address: on a full disk that makes the room which giving back the address needs.
    const tree = yield* draft(request, mounts)
    const spec = connected(specOf(request, id, { tree, mounts, surroundings: tools.surroundings }))
    const output = covered(request, tools.secrets)
    const exit = yield* runtime.perform(spec, output.take)
    output.end()
    if (exit.code !== 0) {
      if (tools.onFailure !== undefined) {
        yield* tools.onFailure(yield* failedCommand(request, { spec, mounts, exitCode: exit.code }))
      }
      return yield* new StepFailed({
        why: `process ${JSON.stringify(coverLogins(request.argv.join(" ")))} did not complete successfully: exit code: ${exit.code}${exit.oomKilled ? " (out of memory)" : ""}`,
        exitCode: exit.code
      })
    }
    return yield* commitTree(request, tree)
  }).pipe(Effect.scoped, Effect.mapError(stepFailed))

/** A tree that goes with the scope. */
const draft = ({ stack }: RunRequest, { points }: StepMounts) =>
  Effect.flatMap(LayerStore, (layers) =>
    Effect.acquireRelease(
      layers.prepare({ parents: stack, keep: false, ...(points.length === 0 ? {} : { points }) }),
      (tree) => Effect.ignore(layers.discard(tree))
    )
  )

/** What can still be looked at after a command failed. */
const failedCommand = (
  request: RunRequest,
  { exitCode, mounts, spec }: { readonly spec: ContainerSpec; readonly mounts: StepMounts; readonly exitCode: number }
): Effect.Effect<FailedCommand, never, LayerStore | Runtime> =>
  Effect.map(Effect.context<LayerStore | Runtime>(), (services) => {
    const [first = ""] = request.argv
    // The shell of the instruction when it has one, else the one that images have.
    const shell = /(?:^|\/)[a-z]*sh$/.test(first) ? first : "/bin/sh"
    return {
      text: request.text,
      exitCode,
      shell,
      open: ({ env, files, tty }) =>
        Effect.gen(function* () {
          const root = files === "after" ? spec.root : (yield* draft(request, mounts)).root
          const process = { ...spec.process, argv: [shell], tty, env: [...spec.process.env, ...env] }
          return yield* (yield* Runtime).converse({ ...spec, root, process })
        }).pipe(Effect.provide(services))
    }
  })

/** Gives on what the command writes, with secrets covered, and the logins of addresses that it was told. */
const covered = ({ argv, env, files, onOutput }: RunRequest, secrets: Secrets) => {
  const told = [...argv, ...env, ...files.map(({ content }) => content)].flatMap((text) => [...loginsIn(text)])
  const make = redactorOf(secrets, told)
  if (make === undefined) return { take: onOutput, end: () => {} }
  const streams: { readonly [stream in Output["stream"]]: Redactor } = { stdout: make(), stderr: make() }
  const give = (stream: Output["stream"], bytes: Uint8Array) => {
    if (bytes.length > 0) onOutput({ stream, bytes })
  }
  return {
    take: ({ bytes, stream }: Output) => give(stream, streams[stream].push(bytes)),
    end: () => {
      give("stdout", streams.stdout.end())
      give("stderr", streams.stderr.end())
    }
  }
}

const specOf = (
  { argv, cwd, env, user }: RunRequest,
  id: string,
  {
    mounts,
    surroundings,
    tree
  }: { readonly tree: TreeHandle } & Pick<RunTools, "surroundings"> & {
      readonly mounts: StepMounts
    }
): ContainerSpec => {
  const { resources, rlimits, runtime, shmBytes } = surroundings
  const process = { argv, cwd, env: [...env, ...mounts.env], user, rlimits }
  return {
    ...plainSpec(id, tree.root, process),
    hostname: "gantry-build",
    mounts: mounts.specs,
    resources,
    ...(runtime === undefined ? {} : { runtime }),
    ...(shmBytes === undefined ? {} : { shmBytes })
  }
}

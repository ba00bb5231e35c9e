import { randomBytes } from "node:crypto"
import { type RunRequest, StepFailed } from "@gantry/build/solve/StepExecutor"
import type { Locks } from "@gantry/core/Locks"
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
import { type StepMounts, stepMounts } from "./step-mounts.ts"

/** What the commands of a build are given besides what is in the Dockerfile. */
export interface RunTools {
  readonly secrets: Secrets
}

/**
 * Runs a command on a draft tree in a container of its own; what it changed becomes the layer. The container, its
 * address, its mounts and the draft are gone afterwards, however it ended.
 */
export const performRun = (
  request: RunRequest,
  tools: RunTools
): Effect.Effect<Option.Option<LayerInfo>, StepFailed, LayerStore | Locks | Network.Network | Runtime | Settings> =>
  Effect.gen(function* () {
    const layers = yield* LayerStore
    const runtime = yield* Runtime
    const id = randomBytes(32).toString("hex")
    const mounts = yield* stepMounts(request, tools.secrets)
    const attachment = yield* Network.attached({
      container: id,
      containerName: "build",
      network: request.network === "default" ? "bridge" : request.network,
      ports: [],
      transient: true
    })
    // Given up before the address: on a full disk that makes the room which giving back the address needs.
    const tree = yield* Effect.acquireRelease(
      layers.prepare({
        parents: request.stack,
        keep: false,
        ...(mounts.points.length === 0 ? {} : { points: mounts.points })
      }),
      (draft) => Effect.ignore(layers.discard(draft))
    )
    const spec = connect(
      { spec: specOf(request, id, tree, mounts), options: { hosts: [], dns: [], dnsSearch: [], dnsOptions: [] } },
      attachment,
      yield* hostNames
    )
    const output = covered(request, tools.secrets)
    const exit = yield* runtime.perform(spec, output.take)
    output.end()
    if (exit.code !== 0) {
      return yield* new StepFailed({
        why: `process ${JSON.stringify(request.argv.join(" "))} did not complete successfully: exit code: ${exit.code}${exit.oomKilled ? " (out of memory)" : ""}`,
        exitCode: exit.code
      })
    }
    return yield* commitTree(request, tree)
  }).pipe(Effect.scoped, Effect.mapError(stepFailed))

/** Gives on what the command writes, with secrets covered. */
const covered = ({ onOutput }: RunRequest, secrets: Secrets) => {
  const make = redactorOf(secrets)
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
  tree: TreeHandle,
  mounts: StepMounts
): ContainerSpec => ({
  ...plainSpec(id, tree.root, { argv, cwd, env: [...env, ...mounts.env], user }),
  hostname: "gantry-build",
  mounts: mounts.specs
})

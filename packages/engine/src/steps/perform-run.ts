import { randomBytes } from "node:crypto"
import { chmodSync, mkdirSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { type RunRequest, StepFailed } from "@gantry/build/solve/StepExecutor"
import * as Network from "@gantry/core/network/Network"
import { type ContainerSpec, type MountSpec, plainSpec } from "@gantry/core/runtime/ContainerSpec"
import { Runtime } from "@gantry/core/runtime/Runtime"
import { Settings } from "@gantry/core/Settings"
import { type LayerInfo, LayerStore, type TreeHandle } from "@gantry/core/store/LayerStore"
import { storageFailure } from "@gantry/core/store/StoreError"
import * as Effect from "effect/Effect"
import type * as Option from "effect/Option"
import { connect } from "../containers/connect.ts"
import { hostNames } from "../containers/host-names.ts"
import { ownedName } from "../containers/owned-name.ts"
import { stepFailed } from "./changed.ts"
import { scriptKind } from "./sweep-steps.ts"

/**
 * Runs a command on a draft tree in a container of its own; what it changed becomes the layer. The container, its
 * address and the draft are gone afterwards, however it ended.
 */
export const performRun = (
  request: RunRequest
): Effect.Effect<Option.Option<LayerInfo>, StepFailed, LayerStore | Network.Network | Runtime | Settings> =>
  Effect.gen(function* () {
    const layers = yield* LayerStore
    const runtime = yield* Runtime
    const id = randomBytes(32).toString("hex")
    const attachment = yield* Network.attached({
      container: id,
      containerName: "build",
      network: request.network === "default" ? "bridge" : request.network,
      ports: [],
      transient: true
    })
    // Given up before the address: on a full disk that makes the room which giving back the address needs.
    const tree = yield* Effect.acquireRelease(layers.prepare({ parents: request.stack, keep: false }), (draft) =>
      Effect.ignore(layers.discard(draft))
    )
    const mounts = yield* scripts(request, id)
    const spec = specOf(request, id, tree, mounts)
    const connected = connect(
      { spec, options: { hosts: [], dns: [], dnsSearch: [], dnsOptions: [] } },
      attachment,
      yield* hostNames
    )
    const exit = yield* runtime.perform(connected, request.onOutput)
    if (exit.code !== 0) {
      return yield* new StepFailed({
        why: `process ${JSON.stringify(request.argv.join(" "))} did not complete successfully: exit code: ${exit.code}${exit.oomKilled ? " (out of memory)" : ""}`,
        exitCode: exit.code
      })
    }
    return yield* layers.commit(tree, request.clampNs === undefined ? {} : { clampNs: request.clampNs })
  }).pipe(Effect.scoped, Effect.mapError(stepFailed))

/** Writes the heredoc scripts of a step where only root reads them, for as long as the scope is open. */
const scripts = ({ files }: RunRequest, id: string) =>
  Effect.gen(function* () {
    if (files.length === 0) return []
    const { run } = yield* Settings
    const directory = join(run, ownedName(scriptKind, id.slice(0, 12)))
    yield* Effect.acquireRelease(
      Effect.try({
        try: () => {
          mkdirSync(directory, { recursive: true, mode: 0o711 })
          files.forEach(({ content }, at) => {
            const path = join(directory, String(at))
            writeFileSync(path, content)
            chmodSync(path, 0o755)
          })
        },
        catch: storageFailure("prepare", directory)
      }),
      () => Effect.sync(() => rmSync(directory, { recursive: true, force: true }))
    )
    return files.map(({ path }, at): MountSpec => ({
      type: "bind",
      source: join(directory, String(at)),
      target: path,
      readonly: true,
      recursive: false
    }))
  })

const specOf = (
  { argv, cwd, env, user }: RunRequest,
  id: string,
  tree: TreeHandle,
  mounts: ReadonlyArray<MountSpec>
): ContainerSpec => ({
  ...plainSpec(id, tree.root, { argv, cwd, env, user }),
  hostname: "gantry-build",
  mounts
})

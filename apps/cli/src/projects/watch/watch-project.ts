import type { Project, Service } from "@gantry/compose/Project"
import * as Effect from "effect/Effect"
import type { ProjectContext } from "../define-project.ts"
import { plain } from "../../commands/Usage.ts"
import { complaint } from "../../show/complaint.ts"
import { runs, serviceMembers } from "../life/members.ts"
import { restartMembers, withRestarted } from "../life/restart-services.ts"
import { runIn } from "../life/run-in.ts"
import type { Progress } from "../progress.ts"
import type { Changes } from "./FileTree.ts"
import { initialFiles } from "./initial-files.ts"
import { planWatch } from "./plan-watch.ts"
import { rebuildServices, type RebuildWish } from "./rebuild-services.ts"
import { syncFiles, type SyncWish } from "./sync-files.ts"
import { watchFiles } from "./watch-files.ts"
import { isMounted, rulesOf, skips, type WatchRule } from "./watch-rules.ts"

/** Fails when none of the services says what is to be watched for it. */
export const requireWatched = (services: ReadonlyArray<Service>) =>
  services.some(({ develop = [] }) => develop.length > 0)
    ? Effect.void
    : plain(
        "none of the selected services is configured for watch",
        "give one of them a develop section in the Compose file, with what is to be watched"
      )

const quoted = (names: Iterable<string>): string => `[${[...names].map((name) => JSON.stringify(name)).join(" ")}]`

/**
 * Watches what services say is to be watched for them, and does what they want done when it changes, until it is
 * interrupted. What fails then is told, and the watch goes on.
 */
export const watchProject = (
  project: Project,
  services: ReadonlyArray<Service>,
  wish: RebuildWish,
  progress: Progress,
  context: ProjectContext
) =>
  Effect.gen(function* () {
    const { terminal } = context
    const say = (text: string) => Effect.sync(() => terminal.out(`⦿ ${text}\n`))
    const membersOf = (names: ReadonlySet<string>) =>
      Effect.map(serviceMembers(project.name), (all) => all.filter(({ service }) => names.has(service)))

    const sync = (service: string, files: SyncWish) =>
      Effect.gen(function* () {
        yield* syncFiles(yield* membersOf(new Set([service])), files, terminal)
      })

    const handle = (rules: ReadonlyArray<WatchRule>, changes: Changes) =>
      Effect.gen(function* () {
        const { rebuilt, restarted, run, synced } = planWatch(rules, changes)
        if (rebuilt.size > 0) {
          yield* say(`Rebuilding service(s) ${quoted(rebuilt)} after changes were detected...`)
          yield* rebuildServices(project, rebuilt, wish, progress, context)
          yield* say(`service(s) ${quoted(rebuilt)} successfully built`)
        }
        for (const [service, files] of synced) {
          const count = files.copied.size + files.removed.length
          yield* say(`Syncing service ${JSON.stringify(service)} after ${count} changes were detected`)
          yield* sync(service, files)
        }
        if (restarted.size > 0) {
          const members = yield* membersOf(withRestarted(project, restarted))
          yield* wish.hands.release(members)
          yield* restartMembers(project, members, undefined, progress, context)
          for (const member of yield* membersOf(withRestarted(project, restarted))) yield* wish.hands.take(member)
          yield* say(`service(s) ${quoted(restarted)} restarted`)
        }
        for (const { hook, service } of run) {
          for (const member of (yield* membersOf(new Set([service]))).filter(runs)) {
            const { code } = yield* runIn(member, hook, (line) => terminal.out(`${line}\n`), terminal)
            if (code === 0) continue
            return yield* plain(
              `${hook.command.join(" ")} ended with exit status ${code} in container ${member.record.name}`,
              `change exec in develop.watch of service ${service}`
            )
          }
        }
      }).pipe(Effect.catchAll((failure) => Effect.sync(() => terminal.err(complaint(failure, terminal)))))

    const rules: Array<WatchRule> = []
    for (const service of services) {
      for (const rule of yield* rulesOf(service)) {
        if (!rule.action.startsWith("sync") || !isMounted(service, rule.path)) rules.push(rule)
        else progress.say(`${rule.path} is not watched for service ${service.name}, which mounts it already`)
      }
    }
    const next = yield* watchFiles(
      Array.from(
        Map.groupBy(rules, ({ path }) => path),
        ([path, those]) => ({ path, skips: (directory: string) => those.every((rule) => skips(rule, directory)) })
      )
    )
    for (const rule of rules) {
      const service = project.services[rule.service]
      if (!rule.initialSync || service === undefined || rule.target === undefined) continue
      const copied = yield* Effect.try({
        try: () => initialFiles(rule, service, project),
        catch: (cause) =>
          plain(
            `service ${service.name}: its files cannot be copied at first: ${cause instanceof Error ? cause.message : String(cause)}`,
            "leave out with ignore what cannot be read"
          )
      })
      yield* sync(service.name, { copied, removed: [] })
    }
    yield* say("Watch enabled")
    return yield* Effect.forever(Effect.flatMap(next, (changes) => handle(rules, changes)))
  }).pipe(Effect.scoped)

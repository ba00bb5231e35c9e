import type { ServiceHook } from "@gantry/compose/ServiceHook"
import type { Changes } from "./FileTree.ts"
import type { SyncWish } from "./sync-files.ts"
import { counts, targetOf, type WatchRule } from "./watch-rules.ts"

/** What is to be done about changes, by service. */
export interface WatchPlan {
  readonly rebuilt: ReadonlySet<string>
  readonly synced: ReadonlyMap<string, SyncWish>
  readonly restarted: ReadonlySet<string>
  readonly run: ReadonlyArray<{ readonly service: string; readonly hook: ServiceHook }>
}

/** What the rules want done about changes, each thing once. */
export const planWatch = (rules: ReadonlyArray<WatchRule>, { changed, gone }: Changes): WatchPlan => {
  const rebuilt = new Set<string>()
  const restarted = new Set<string>()
  const synced = new Map<string, { copied: Map<string, string>; removed: Set<string> }>()
  const run: Array<WatchPlan["run"][number]> = []
  for (const rule of rules) {
    const { action, exec, service } = rule
    const here = changed.filter((path) => counts(rule, path))
    const away = gone.filter((path) => counts(rule, path))
    if (here.length + away.length === 0) continue
    if (action === "rebuild") rebuilt.add(service)
    if (action === "restart" || action === "sync+restart") restarted.add(service)
    if (action === "sync+exec" && exec !== undefined) run.push({ service, hook: exec })
    if (!action.startsWith("sync")) continue
    const wish = synced.get(service) ?? { copied: new Map<string, string>(), removed: new Set<string>() }
    for (const path of here) wish.copied.set(path, targetOf(rule, path) ?? "/")
    for (const path of away) wish.removed.add(targetOf(rule, path) ?? "/")
    synced.set(service, wish)
  }
  return {
    rebuilt,
    restarted,
    run,
    synced: new Map(
      Array.from(synced, ([service, { copied, removed }]) => [service, { copied, removed: outermost(removed) }])
    )
  }
}

/** Paths without those that go with a directory above them. */
const outermost = (paths: ReadonlySet<string>): ReadonlyArray<string> =>
  [...paths].filter((path) => {
    for (let slash = path.lastIndexOf("/"); slash > 0; slash = path.lastIndexOf("/", slash - 1)) {
      if (paths.has(path.slice(0, slash))) return false
    }
    return true
  })

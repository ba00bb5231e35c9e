import { readdirSync, statSync } from "node:fs"
import { basename, join } from "node:path"
import type { Project, Service } from "@gantry/compose/Project"
import { counts, isMounted, skips, targetOf, type WatchRule } from "./watch-rules.ts"

/** The files that `initial_sync` copies, by their paths, with where they go: all but those that say how to build and run. */
export const initialFiles = (
  rule: WatchRule,
  service: Service,
  { files }: Pick<Project, "files">
): ReadonlyMap<string, string> => {
  const found = new Map<string, string>()
  const builders = new Set(["Dockerfile", basename(service.build?.dockerfile ?? "Dockerfile")])
  const add = (path: string): void => {
    const target = targetOf(rule, path)
    if (target === undefined || builders.has(basename(path)) || files.includes(path)) return
    if (counts(rule, path) && !isMounted(service, path)) found.set(path, target)
  }
  const walk = (directory: string): void => {
    for (const item of readdirSync(directory, { withFileTypes: true })) {
      const path = join(directory, item.name)
      if (!item.isDirectory()) add(path)
      else if (!skips(rule, path) && !isMounted(service, path)) walk(path)
    }
  }
  if (statSync(rule.path).isDirectory()) walk(rule.path)
  else add(rule.path)
  return found
}

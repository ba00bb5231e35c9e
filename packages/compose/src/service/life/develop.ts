import { pathOf } from "../../files/path-of.ts"
import type { ServiceWatch } from "../../ServiceHook.ts"
import { type At, choice, defined, fullText, list, open, type Read, say, text, truth } from "../../read/At.ts"
import { hook } from "./hooks.ts"

/** What of the host's files is watched for a service, and what follows when it changes. */
export const develop: Read<ReadonlyArray<ServiceWatch>> = (at) => open(at, ["watch"]).read("watch", list(rule))

const path: Read<string> = (at) => {
  const found = fullText(at)
  return found === undefined || at.tree.kind !== "scalar" ? undefined : pathOf(at.tree)
}

/** One pattern, or several. */
const patterns: Read<ReadonlyArray<string>> = list(text)

const rule = (at: At): ServiceWatch | undefined => {
  const fields = open(at, ["action", "exec", "ignore", "include", "initial_sync", "path", "target"])
  const found = fields.read("path", path)
  const action = fields.read("action", choice("rebuild", "restart", "sync", "sync+exec", "sync+restart"))
  const target = fields.read("target", fullText)
  const exec = fields.read("exec", hook)
  if (fields.get("path") === undefined) say(at, "it has no path", "add path: DIRECTORY")
  if (fields.get("action") === undefined) {
    say(at, "it has no action", "add action: sync, rebuild, restart, sync+restart or sync+exec")
  }
  const syncs = action?.startsWith("sync") === true
  if (syncs && fields.get("target") === undefined) {
    say(at, `there is no target that ${action} could copy to`, "add target: PATH, a path in the container")
  }
  if (action === "sync+exec" && fields.get("exec") === undefined) {
    say(at, "there is no command that sync+exec could run", "add exec: { command: … }")
  }
  if (found === undefined || action === undefined) return undefined
  return defined({
    path: found,
    action,
    target,
    exec,
    ignore: fields.read("ignore", patterns) ?? [],
    include: fields.read("include", patterns) ?? [],
    initialSync: fields.read("initial_sync", truth) ?? false
  })
}

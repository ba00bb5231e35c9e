import { rmSync } from "node:fs"
import { join } from "node:path"
import { open } from "@gantry/build/context/ContextTree"
import { withoutPassword } from "@gantry/build/graph/remote-source"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import { GitFailed, type GitHome, runGit } from "./run-git.ts"

/**
 * Fetches the submodules of a commit that is checked out, and theirs. They are reached by https, http, ssh and git only,
 * whatever the address of the repository is: what a repository names is its own choice. Says whether there are any.
 */
export const fetchSubmodules = (home: GitHome, tree: string): Effect.Effect<boolean, GitFailed> =>
  Effect.gen(function* () {
    const listed = yield* runGit(home, { cwd: tree, args: ["ls-files", "--", ".gitmodules"] })
    if (listed === "") return false
    const update = (...args: ReadonlyArray<string>) =>
      runGit(home, { cwd: tree, args: ["submodule", "--quiet", "update", "--init", "--recursive", ...args] })
    yield* Effect.mapError(
      Effect.catchIf(
        update("--depth=1"),
        // Servers of plain files have no way to send a part of the history.
        ({ complaint = "" }) => complaint.includes("shallow"),
        () => update()
      ),
      ({ complaint = "", why }) =>
        new GitFailed({
          why: whyLocal(complaint) ?? `its submodules cannot be had: ${why}`,
          hint: "make .gitmodules name an address that others reach, or leave submodules out with ?submodules=false"
        })
    )
    return true
  })

/** Which submodule is said to be a repository of this machine. */
const whyLocal = (complaint: string): string | undefined => {
  if (!complaint.includes("transport 'file' not allowed")) return undefined
  const [, from = "?", into = ""] = /clone of '(.*)' into submodule path '(.*)' failed/.exec(complaint) ?? []
  const name = into.slice(into.lastIndexOf("/tree/") + "/tree/".length)
  return `its submodule ${name} is ${withoutPassword(from)}, a repository of this machine, and only those of servers are fetched`
}

/** Takes away the files that say where the repositories of submodules were. */
export const removeGitFiles = (tree: string): Effect.Effect<void> =>
  Effect.sync(() => {
    const context = open(tree)
    const pending = [""]
    for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
      for (const entry of Either.getOrElse(context.list(next), () => [])) {
        if (entry.path.endsWith("/.git")) rmSync(join(tree, entry.path), { recursive: true, force: true })
        else if (entry.type === "dir") pending.push(entry.path)
      }
    }
  })

import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { withoutPassword } from "@gantry/build/graph/remote-source"
import * as Effect from "effect/Effect"
import { type GitFailed, type GitHome, runGit } from "./run-git.ts"

/** A tag that a repository keeps: its name, and the commit or annotated tag that it is. */
export interface KeptTag {
  readonly name: string
  readonly object: string
}

/**
 * Makes the `.git` of a checkout, and those of its submodules, the same for the same commit, whenever and from whatever
 * server it was fetched: with that commit and no history before it, the tag if there is one, an index that knows no
 * times, no logs, and no password in an address.
 */
export const settleGitDir = (home: GitHome, gitDir: string, tag: KeptTag | undefined): Effect.Effect<void, GitFailed> =>
  Effect.gen(function* () {
    yield* settleOne(home, gitDir, tag)
    yield* Effect.forEach(repositoriesBelow(join(gitDir, "modules")), (each) => settleOne(home, each, undefined))
  })

/** What a repository keeps of itself; what git makes besides says when and how it was made. */
const kept = new Set(["HEAD", "config", "modules", "objects", "refs", "shallow"])

const settleOne = (home: GitHome, gitDir: string, tag: KeptTag | undefined): Effect.Effect<void, GitFailed> =>
  Effect.gen(function* () {
    const git = (...args: ReadonlyArray<string>) =>
      runGit(home, { cwd: gitDir, args: [`--git-dir=${gitDir}`, ...args] })
    const commit = (yield* git("rev-parse", "--verify", "HEAD^{commit}")).trim()
    const hasParents = /^parent /m.test((yield* git("cat-file", "commit", commit)).split("\n\n", 1)[0] ?? "")
    const settings = yield* git("config", "--file", join(gitDir, "config"), "--null", "--list")
    yield* Effect.sync(() => {
      for (const name of readdirSync(gitDir)) {
        if (!kept.has(name) || name === "refs") rmSync(join(gitDir, name), { recursive: true, force: true })
      }
      mkdirSync(join(gitDir, "refs/heads"), { recursive: true })
      mkdirSync(join(gitDir, "refs/tags"))
      writeFileSync(join(gitDir, "HEAD"), `${commit}\n`)
      writeFileSync(join(gitDir, "config"), configText(settings))
      const shallow = join(gitDir, "shallow")
      if (hasParents) writeFileSync(shallow, `${commit}\n`)
      else rmSync(shallow, { force: true })
      if (tag !== undefined) {
        const place = join(gitDir, "refs/tags", tag.name)
        mkdirSync(dirname(place), { recursive: true })
        writeFileSync(place, `${tag.object}\n`)
      }
    })
    // Without differences between objects, so that no heuristics of git's decide; nothing of the server's own packing stays.
    const packing = ["pack.threads=1", "pack.writeReverseIndex=false", "repack.writeBitmaps=false"]
    yield* git(...packing.flatMap((each) => ["-c", each]), "repack", "-a", "-d", "-F", "-n", "-q", "--window=0")
    yield* git("prune", "--expire=now")
    yield* git("read-tree", commit)
    yield* Effect.sync(() => {
      const objects = join(gitDir, "objects")
      for (const name of readdirSync(objects)) {
        if (name !== "pack") rmSync(join(objects, name), { recursive: true, force: true })
      }
    })
  })

/** Git directories in a directory, and those in them, sorted by path. A submodule's name may have slashes. */
const repositoriesBelow = (directory: string): ReadonlyArray<string> => {
  if (!existsSync(directory)) return []
  return readdirSync(directory, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => join(directory, entry.name))
    .toSorted()
    .flatMap((path) =>
      existsSync(join(path, "HEAD")) && existsSync(join(path, "objects"))
        ? [path, ...repositoriesBelow(join(path, "modules"))]
        : repositoriesBelow(path)
    )
}

/** The settings that say what the repository is and where it came from, spelled anew from what git lists of them. */
const configText = (listed: string): string => {
  const settings = listed.split("\0").flatMap((line) => {
    const [key = "", ...value] = line.split("\n")
    return isKeptSetting(key) ? [settingOf(key, withoutPassword(value.join("\n")))] : []
  })
  settings.push(settingOf("remote.origin.fetch", "+refs/heads/*:refs/remotes/origin/*"))
  return settings
    .map(({ section, text }, at) => (section === settings[at - 1]?.section ? text : `[${section}]\n${text}`))
    .join("")
}

const isKeptSetting = (key: string): boolean =>
  /^(?:core|extensions)\.[^.]+$|^remote\.origin\.url$|^submodule\..*\.(?:active|url)$/s.test(key)

/** Spec: git-config, "Syntax". */
const settingOf = (key: string, value: string): { readonly section: string; readonly text: string } => {
  const [section, name] = [key.slice(0, key.indexOf(".")), key.slice(key.lastIndexOf(".") + 1)]
  const part = key.slice(section.length + 1, -name.length - 1)
  const quoted = (text: string) => `"${text.replaceAll(/["\\]/g, String.raw`\$&`).replaceAll("\n", String.raw`\n`)}"`
  return { section: part === "" ? section : `${section} ${quoted(part)}`, text: `\t${name} = ${quoted(value)}\n` }
}

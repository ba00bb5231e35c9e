import { mkdirSync, rmSync } from "node:fs"
import { join } from "node:path"
import { isThere, resolve } from "@gantry/build/context/resolve"
import { open } from "@gantry/build/context/ContextTree"
import type { Settings } from "@gantry/core/Settings"
import type { StorageFailure } from "@gantry/core/store/StoreError"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import type * as Scope from "effect/Scope"
import { addressText, ContextUnavailable, type GitAddress } from "./ContextSource.ts"
import { isCommit } from "./git-address.ts"
import { fetchSubmodules, removeGitFiles } from "./git-submodules.ts"
import { GitFailed, type GitHome, makeGitHome, runGit, type SshLogin } from "./run-git.ts"
import { scopedFolder } from "./scoped-folder.ts"
import { settleGitDir } from "./settle-git-dir.ts"

/** How a repository is checked out. */
export interface CheckoutOptions {
  /** Variables of the caller that git may need. */
  readonly env: GitHome["env"]
  readonly ssh: SshLogin
  /** Whether `.git` stays; the address decides where it says so. */
  readonly keepGitDir: boolean
  /** The commit or annotated tag that is meant, whatever the ref of the address is now. */
  readonly object?: string
  /** The commit it must be, or its first digits; any when empty. */
  readonly checksum?: string
}

/** Files of a commit, on this machine. */
export interface Checkout {
  /** The directory that was asked for; absolute. */
  readonly path: string
  readonly commit: string
  /** Seconds since 1970. */
  readonly committedAt: number
}

/** Brings what git says to the failure of a context. */
const unavailable =
  (address: GitAddress) =>
  (cause: GitFailed): ContextUnavailable =>
    new ContextUnavailable({
      context: addressText(address),
      why: cause.why,
      cause,
      ...(cause.missing === true ? { hint: "install git" } : {}),
      ...(cause.hint === undefined ? {} : { hint: cause.hint })
    })

/** What an address means now. */
export interface FoundObject {
  /** The commit; for a `refs/tags/…` that is an annotated tag, the tag. */
  readonly object: string
  readonly commit: string
}

/**
 * The object that an address means now. A whole commit means itself, and nobody is asked. Of a tag and a branch of one
 * name the tag is meant, as in git.
 */
export const findObject = (
  address: GitAddress,
  login: Pick<CheckoutOptions, "env" | "ssh">
): Effect.Effect<FoundObject, ContextUnavailable | StorageFailure, Settings> =>
  Effect.gen(function* () {
    const { ref = "HEAD", remote } = address
    if (isCommit(ref)) return { object: ref, commit: ref }
    const folder = yield* scopedFolder
    const home = makeGitHome(join(folder, "home"), address, login)
    const listed = yield* runGit(home, { cwd: folder, args: ["ls-remote", "--", remote, ref, `${ref}^{}`], address })
    const commits = new Map(
      listed.split("\n").flatMap((line) => {
        const [, commit = "", name = ""] = /^([0-9a-f]{40,64})\t(.+)$/.exec(line) ?? []
        return commit === "" ? [] : [[name, commit] as const]
      })
    )
    const names = [`refs/tags/${ref}^{}`, `refs/tags/${ref}`, `refs/heads/${ref}`, `${ref}^{}`, ref]
    const found = names.map((name) => commits.get(name)).find((commit) => commit !== undefined)
    if (found !== undefined) {
      return { object: tagName(ref) === undefined ? found : (commits.get(ref) ?? found), commit: found }
    }
    return yield* new GitFailed({ why: `the repository has no branch, tag or whole commit ${JSON.stringify(ref)}` })
  }).pipe(
    Effect.scoped,
    Effect.catchTag("GitFailed", (cause) => Effect.fail(unavailable(address)(cause)))
  )

/** The name of what is surely a tag. */
const tagName = (ref: string): string | undefined => /^refs\/tags\/(.+)$/.exec(ref)?.[1]

/**
 * Checks a commit out into a directory that is there as long as the scope is open: no more of its history than needed,
 * and its submodules. Nothing of the repository is executed; its submodules are fetched by https, http, ssh and git only.
 */
export const checkout = (
  address: GitAddress,
  { checksum = "", object, keepGitDir, ...login }: CheckoutOptions
): Effect.Effect<Checkout, ContextUnavailable | StorageFailure, Settings | Scope.Scope> =>
  Effect.gen(function* () {
    const { directory, remote } = address
    const ref = object ?? address.ref ?? "HEAD"
    const folder = yield* scopedFolder
    const tree = join(folder, "tree")
    mkdirSync(tree, { mode: 0o755 })
    const home = makeGitHome(join(folder, "home"), address, login)
    const git = (...args: ReadonlyArray<string>) => runGit(home, { cwd: tree, args, address })
    yield* git("init", "--quiet")
    yield* git("remote", "add", "--", "origin", remote)
    const fetch = (...args: ReadonlyArray<string>) => git("fetch", "--quiet", "--no-tags", ...args)
    const fetchOne = Effect.catchIf(
      fetch("--depth=1", "--", "origin", ref),
      // Servers of plain files have no way to send a part of the history.
      ({ why }) => why.includes("shallow"),
      () => fetch("--", "origin", ref)
    )
    // A server may refuse to show a commit that is no branch or tag; then everything is fetched to find it.
    const found = yield* Effect.catchAll(Effect.as(fetchOne, "FETCH_HEAD"), (refused) =>
      /^[0-9a-f]{4,64}$/.test(ref)
        ? fetch("--", "origin", "+refs/heads/*:refs/remotes/origin/*", "+refs/tags/*:refs/tags/*").pipe(
            Effect.as(ref),
            Effect.mapError(() => refused)
          )
        : Effect.fail(refused)
    )
    const revision = (of: string) => Effect.map(git("rev-parse", "--verify", "--end-of-options", of), (id) => id.trim())
    const commit = yield* revision(`${found}^{commit}`)
    const fetched = yield* revision(found)
    for (const promised of [checksum, address.checksum ?? ""]) {
      if (!commit.startsWith(promised) && !fetched.startsWith(promised)) {
        return yield* new GitFailed({ why: `it is at commit ${commit}, and not at ${promised}` })
      }
    }
    const committedAt = Number((yield* git("show", "--no-patch", "--format=%ct", commit)).trim())
    yield* git("checkout", "--quiet", "--detach", commit)
    const hasModules = address.submodules === false ? false : yield* fetchSubmodules(home, tree)
    // It is beside a directory of the repository, and not in it.
    if ((address.keepGitDir ?? keepGitDir) && directory === "") {
      const name = tagName(address.ref ?? "")
      yield* settleGitDir(home, join(tree, ".git"), name === undefined ? undefined : { name, object: fetched })
    } else {
      yield* Effect.sync(() => rmSync(join(tree, ".git"), { recursive: true, force: true }))
      if (hasModules) yield* removeGitFiles(tree)
    }
    const entry = Either.getOrUndefined(resolve(open(tree), directory))
    if (entry === undefined || !isThere(entry) || entry.type !== "dir") {
      return yield* new GitFailed({
        why: `it has no directory ${JSON.stringify(directory)} at commit ${commit.slice(0, 12)}`
      })
    }
    return { path: entry.path === "" ? tree : join(tree, entry.path), commit, committedAt }
  }).pipe(Effect.catchTag("GitFailed", (cause) => Effect.fail(unavailable(address)(cause))))

import { spawn } from "node:child_process"
import { mkdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import type { GitAddress } from "./ContextSource.ts"
import { protocolOf } from "./git-address.ts"

/** What git said when it failed. */
export class GitFailed extends Data.TaggedError("GitFailed")<{
  /** One sentence without a full stop. */
  readonly why: string
  readonly missing?: boolean
  /** What to do about it. */
  readonly hint?: string
  /** All that it said at last. */
  readonly complaint?: string
}> {
  override get message() {
    return this.why
  }
}

/** A place where git may work, cut off from the user's and the machine's settings. */
export interface GitHome {
  readonly directory: string
  /** Variables of the caller: proxies, authorities, the agent for ssh. */
  readonly env: { readonly [name: string]: string | undefined }
  readonly ssh: SshLogin
}

/**
 * How git logs in by ssh: as the user would, or, where somebody else chose the address, with the agent behind this socket
 * and nothing else that is the user's but the keys of hosts.
 */
export type SshLogin = "as the user" | { readonly socket: string | undefined }

/**
 * Settings for repositories that may be hostile: nothing of theirs is executed, nothing of the user's is used. Those
 * that matter are given in a file, and not on the command line, so that git's own children read them as well.
 */
const settings = (trusted: string): string => `[core]
	hooksPath = /dev/null
	fsmonitor = false
	askPass = true
	protectHFS = true
	protectNTFS = true
[credential]
	helper =
[gc]
	auto = 0
[maintenance]
	auto = false
[init]
	templateDir =
	defaultBranch = main
[advice]
	detachedHead = false
[fetch]
	recurseSubmodules = false
[protocol]
	allow = never
[safe]
	directory = ${JSON.stringify(trusted)}
`

/** Makes a home for git in an empty directory. */
export const makeGitHome = (
  directory: string,
  { remote }: GitAddress,
  { env, ssh }: Pick<GitHome, "env" | "ssh">
): GitHome => {
  mkdirSync(directory, { mode: 0o700 })
  // Whoever names a repository of this machine says with it that its owner is trusted.
  const trusted = remote.startsWith("file://") ? remote.slice("file://".length) : "/dev/null"
  writeFileSync(join(directory, "config"), settings(trusted), { mode: 0o600 })
  return { directory, env, ssh }
}

/** Variables that git and its helpers may see. */
const passed = [
  "PATH",
  "SSH_AUTH_SOCK",
  "http_proxy",
  "https_proxy",
  "HTTPS_PROXY",
  "all_proxy",
  "ALL_PROXY",
  "no_proxy",
  "NO_PROXY",
  "SSL_CERT_FILE",
  "GIT_SSL_CAINFO",
  "GIT_SSL_CAPATH"
]

/** How git may reach the repository, and others that it names: never by a program of its choice. */
const protocols = (address: GitAddress | undefined): string =>
  address !== undefined && protocolOf(address) === "file" ? "file" : "https:http:ssh:git"

/** Words of a shell. */
const sshOptions = (ssh: SshLogin): ReadonlyArray<string> =>
  ssh === "as the user"
    ? []
    : [
        "-Fnone",
        "-oIdentityFile=none",
        `-oIdentityAgent='${(ssh.socket ?? "none").replaceAll("'", String.raw`'\''`)}'`,
        "-oStrictHostKeyChecking=yes"
      ]

const environment = ({ directory, env, ssh }: GitHome, address: GitAddress | undefined): NodeJS.ProcessEnv => ({
  ...Object.fromEntries(passed.flatMap((name) => (env[name] === undefined ? [] : [[name, env[name]]]))),
  HOME: directory,
  LC_ALL: "C",
  GIT_CONFIG_NOSYSTEM: "1",
  GIT_CONFIG_SYSTEM: "/dev/null",
  GIT_CONFIG_GLOBAL: join(directory, "config"),
  GIT_ATTR_NOSYSTEM: "1",
  GIT_TERMINAL_PROMPT: "0",
  GIT_ASKPASS: "true",
  SSH_ASKPASS_REQUIRE: "never",
  GIT_SSH_COMMAND: ["ssh", "-oBatchMode=yes", "-oPermitLocalCommand=no", ...sshOptions(ssh)].join(" "),
  GIT_ALLOW_PROTOCOL: protocols(address),
  GIT_NO_REPLACE_OBJECTS: "1",
  GIT_LFS_SKIP_SMUDGE: "1",
  GIT_OPTIONAL_LOCKS: "0"
})

/** Most bytes of output that are kept. */
const mostOutput = 4 * 1024 * 1024

/** How git is run. */
export interface GitRun {
  readonly cwd: string
  readonly args: ReadonlyArray<string>
  /** The repository that is asked; without one, only those that a repository names itself. */
  readonly address?: GitAddress
}

/**
 * Runs git and returns what it writes. Files that it makes have the modes 644 and 755, whatever the caller's umask is.
 * It ends with this process, and when interrupted; then it takes along what it started.
 */
export const runGit = (home: GitHome, { address, args, cwd }: GitRun): Effect.Effect<string, GitFailed> =>
  Effect.async((resume) => {
    const command = ["--pdeathsig", "TERM", "--", "/bin/sh", "-c", 'umask 022; exec git "$@"', "git", ...args]
    const child = spawn("setpriv", command, {
      cwd,
      env: environment(home, address),
      stdio: ["ignore", "pipe", "pipe"]
    })
    const output: Array<Buffer> = []
    let size = 0
    let complaint = ""
    child.stdout.on("data", (piece: Buffer) => {
      size += piece.length
      if (size <= mostOutput) output.push(piece)
    })
    child.stderr.setEncoding("utf8").on("data", (text: string) => (complaint = (complaint + text).slice(-4000)))
    child.once("error", (cause) => resume(Effect.fail(new GitFailed({ why: cause.message }))))
    child.once("close", (code, signal) => {
      if (code === 0) return resume(Effect.succeed(Buffer.concat(output).toString("utf8")))
      if (code === 127 && /not found/.test(complaint)) {
        return resume(Effect.fail(new GitFailed({ why: "the program git is needed and not installed", missing: true })))
      }
      resume(Effect.fail(new GitFailed({ why: said(complaint) ?? `git ended with ${signal ?? code}`, complaint })))
    })
    return Effect.async<void>((ended) => {
      if (child.exitCode !== null || child.signalCode !== null) return ended(Effect.void)
      child.once("exit", () => ended(Effect.void))
      child.kill("SIGTERM")
    })
  })

/** The sentence that says most in what git wrote, without passwords and control characters. */
const said = (complaint: string): string | undefined => {
  const lines = complaint
    .split("\n")
    .map((line) => line.replaceAll(/\p{Cc}/gu, " ").trim())
    .filter((line) => line !== "")
  // What follows the first is what could not be done because of it.
  const line =
    lines.find((each) => /^(?:fatal|error|ssh):|^Host key verification|Permission denied/.test(each)) ?? lines.at(-1)
  return line
    ?.replace(/^(?:fatal|error|remote|ERROR): */, "")
    .replaceAll(/:\/\/[^/\s]*@/g, "://")
    .replace(/\.$/, "")
    .slice(0, 300)
}

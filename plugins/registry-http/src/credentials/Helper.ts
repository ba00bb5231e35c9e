import { spawn } from "node:child_process"
import { CredentialsFailure, type Login } from "@gantry/core/registry/Credentials"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { loginFrom } from "./AuthFile.ts"

/** Variables by name. */
type Environment = { readonly [name: string]: string | undefined }

interface Said {
  readonly status: number | null
  readonly out: string
}

/** Most characters of a helper's answer. */
const mostOut = 1024 * 1024

/** Longest time that a helper may think, in milliseconds: it may have to ask somebody. */
const longest = 120_000

/**
 * How long the rest of an answer is waited for when a helper has ended, in milliseconds: what it has started, an agent for
 * its keys, may hold the other end of its output for ever.
 */
const lateOutput = 500

/** How helpers say that they know nothing; some say it on the wrong stream. */
const unknown = /credentials not found|no credentials|not found in native keychain|could not be found in the keychain/i

/** The program behind a helper's short name. */
export const programOf = (helper: string): string => `docker-credential-${helper}`

const run = (
  helper: string,
  verb: "erase" | "get" | "store",
  input: string,
  env: Environment
): Effect.Effect<Said, CredentialsFailure> =>
  Effect.async((resume) => {
    const place = programOf(helper)
    const fail = (why: string) => resume(Effect.fail(new CredentialsFailure({ place, why })))
    const child = spawn(place, [verb], { stdio: ["pipe", "pipe", "pipe"], env: { ...env } })
    let out = ""
    let err = ""
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      out += text
      if (out.length > mostOut) child.kill("SIGKILL")
    })
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      err = `${err}${text}`.slice(0, mostOut)
    })
    let expired = false
    const timer = setTimeout(() => {
      expired = true
      child.kill("SIGKILL")
    }, longest)
    let late: NodeJS.Timeout | undefined
    child.on("exit", () => {
      late = setTimeout(() => {
        child.stdout.destroy()
        child.stderr.destroy()
      }, lateOutput)
    })
    // A helper that does not read what it is told ends with a status of its own.
    child.stdin.on("error", () => undefined)
    child.on("error", (cause) => {
      clearTimeout(timer)
      const missing = "code" in cause && cause.code === "ENOENT"
      fail(missing ? "the program is not in PATH, and the Docker configuration names it" : cause.message)
    })
    child.on("close", (status, signal) => {
      clearTimeout(timer)
      clearTimeout(late)
      if (expired) return fail(`it did not answer within ${longest / 1000} seconds`)
      if (out.length > mostOut) return fail("it said too much")
      if (signal !== null) return fail(`it was ended by ${signal}`)
      if (status === 0 || unknown.test(out) || unknown.test(err)) return resume(Effect.succeed({ status, out }))
      const reason = (verb === "get" ? err : `${out}\n${err}`).trim().split("\n")[0] ?? ""
      return fail(`it ended with status ${status}${reason === "" ? "" : `: ${reason}`}`)
    })
    child.stdin.end(input)
    return Effect.sync(() => {
      clearTimeout(timer)
      clearTimeout(late)
      child.kill("SIGKILL")
    })
  })

/** Asks a helper for a login. Spec: docker-credential-helpers, "Development". */
export const get = (
  helper: string,
  key: string,
  env: Environment
): Effect.Effect<Option.Option<Login>, CredentialsFailure> =>
  Effect.flatMap(run(helper, "get", key, env), ({ out, status }) => {
    if (status !== 0) return Effect.succeed(Option.none())
    try {
      const { Secret, Username } = JSON.parse(out) as { readonly [name: string]: unknown }
      if (typeof Secret === "string" && typeof Username === "string") {
        return Effect.succeed(Username === "" ? Option.none() : Option.some(loginFrom(Username, Secret)))
      }
    } catch {
      // Said below: what was written may be a secret.
    }
    return new CredentialsFailure({ place: programOf(helper), why: "its answer is not a login" })
  })

/** Gives a helper a login to keep. */
export const store = (
  helper: string,
  key: string,
  login: Login,
  env: Environment
): Effect.Effect<void, CredentialsFailure> => {
  const [Username, Secret] =
    login.type === "password" ? [login.username, login.password] : (["<token>", login.token] as const)
  return Effect.asVoid(run(helper, "store", JSON.stringify({ ServerURL: key, Username, Secret }), env))
}

/** Makes a helper forget a login. */
export const erase = (helper: string, key: string, env: Environment): Effect.Effect<void, CredentialsFailure> =>
  Effect.asVoid(run(helper, "erase", key, env))

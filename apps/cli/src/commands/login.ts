import { Credentials, type Login } from "@gantry/core/registry/Credentials"
import { Registry } from "@gantry/core/registry/Registry"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { login as table } from "../argv/tables/login.ts"
import { type Answer, askName, askSecret, readSecret } from "../ask-login.ts"
import type { Terminal } from "../terminal.ts"
import { define } from "./define.ts"
import { withTrust } from "./registry-trust.ts"
import { serverName } from "./server-name.ts"
import { Usage } from "./Usage.ts"

const wrong = (message: string, hint?: string) =>
  new Usage({ message, status: 1, ...(hint === undefined ? {} : { hint }) })

/** Somebody went away instead of answering. */
const answered = (answer: Answer, what: string): Effect.Effect<string, Usage> => {
  if (answer === undefined) return new Usage({ message: "nobody was logged in", status: 130 })
  return answer === "" ? wrong(`${what} is required`) : Effect.succeed(answer)
}

const needTerminal = (terminal: Terminal): Effect.Effect<void, Usage> =>
  terminal.stdinIsTerminal
    ? Effect.void
    : wrong(
        "cannot perform an interactive login from a non TTY device",
        "--username NAME --password-stdin reads the password"
      )

/** Name and password: as they were written, or as somebody types them. */
const askLogin = (
  registry: string,
  written: { readonly username: string | undefined; readonly password: string | undefined },
  terminal: Terminal
): Effect.Effect<Login, Usage> =>
  Effect.gen(function* () {
    if (written.username === undefined || written.password === undefined) yield* needTerminal(terminal)
    const username =
      written.username ?? (yield* answered(yield* askName(`Username for ${registry}: `, terminal), "a username"))
    const password = written.password ?? (yield* answered(yield* askSecret("Password: ", terminal), "a password"))
    return { type: "password", username, password } as const
  })

/** `gantry login`. The registry is asked first: a login that it does not take is not kept. */
export default define(table, ({ given, operands: [operand], options }, { terminal }) =>
  Effect.gen(function* () {
    const registry = yield* serverName(operand)
    const { password, passwordStdin, username } = options
    if (password !== undefined && passwordStdin) {
      return yield* wrong("--password and --password-stdin are mutually exclusive")
    }
    if (passwordStdin && (username ?? "") === "") return yield* wrong("--password-stdin needs --username")
    if (password !== undefined) {
      terminal.err("WARNING! Using --password via the CLI is insecure. Use --password-stdin.\n")
    }
    const credentials = yield* Credentials
    const remote = yield* Registry
    if (username === undefined && password === undefined) {
      const kept = yield* credentials.get(registry)
      if (Option.isSome(kept)) {
        terminal.err("Authenticating with existing credentials...\n")
        const taken = yield* Effect.matchEffect(remote.check(registry, kept.value), {
          onSuccess: () => Effect.succeed(true),
          onFailure: (failure) => {
            if (failure._tag !== "RegistryRefused" || !terminal.stdinIsTerminal) return Effect.fail(failure)
            terminal.err(`Login did not succeed: ${failure.message}\n`)
            return Effect.succeed(false)
          }
        })
        if (taken) {
          terminal.out("Login Succeeded\n")
          return 0
        }
      }
    }
    const secret = passwordStdin ? yield* readSecret : password
    if (secret === "") return yield* wrong("the password is empty")
    const login = yield* askLogin(registry, { username, password: secret }, terminal)
    yield* remote.check(registry, login)
    const { place, plain } = yield* credentials.put(registry, login)
    if (plain) {
      terminal.err(
        `WARNING! Your password will be stored unencrypted in ${place}.\nConfigure a credential helper to remove this warning.\n`
      )
    }
    terminal.out("Login Succeeded\n")
    return 0
  }).pipe(withTrust(options, given, terminal.cwd))
)

import { isRecord } from "@gantry/core/is-record"
import { randomBytes } from "node:crypto"
import { chmod, mkdir, open, readFile, realpath, rename, rm } from "node:fs/promises"
import { dirname, join } from "node:path"
import { CredentialsFailure, type Login } from "@gantry/core/registry/Credentials"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"

/** What of a `config.json` is about logins. A file that is not there is an empty one. */
export interface AuthFile {
  readonly auths: { readonly [key: string]: unknown }
  readonly credHelpers: { readonly [registry: string]: string }
  readonly credsStore: string | undefined
}

type Json = { readonly [name: string]: unknown }

class Broken extends Error {}

const section = (json: Json, name: string): Json => {
  const value = json[name] ?? {}
  if (!isRecord(value)) throw new Broken(`"${name}" is not an object`)
  return value
}

/** The whole file, checked; none when it is not there. */
const load = async (path: string): Promise<Json | undefined> => {
  const text = await readFile(path, "utf8").catch((cause: unknown) => {
    if (cause instanceof Error && "code" in cause && (cause.code === "ENOENT" || cause.code === "ENOTDIR")) {
      return undefined
    }
    throw cause
  })
  if (text === undefined) return undefined
  if (text.trim() === "") return {}
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch (cause) {
    // What the parser quotes of the text may be a password.
    throw new Broken("it is not JSON", { cause })
  }
  if (!isRecord(json)) throw new Broken("it is not a JSON object")
  section(json, "auths")
  for (const [registry, helper] of Object.entries(section(json, "credHelpers"))) {
    if (!isName(helper)) throw new Broken(`"credHelpers" names no program for ${registry}`)
  }
  const store = json["credsStore"]
  if (store !== undefined && store !== "" && !isName(store)) throw new Broken(`"credsStore" names no program`)
  return json
}

/** Part of a program's name, never of a path. */
const isName = (value: unknown): value is string => typeof value === "string" && /^[\w.-]+$/.test(value)

const trying = <A>(place: string, work: () => Promise<A>): Effect.Effect<A, CredentialsFailure> =>
  Effect.tryPromise({
    try: work,
    catch: (cause) => new CredentialsFailure({ place, why: cause instanceof Error ? cause.message : String(cause) })
  })

/** Reads a file of logins. */
export const read = (path: string): Effect.Effect<AuthFile, CredentialsFailure> =>
  trying(path, async () => {
    const json = (await load(path)) ?? {}
    const store = json["credsStore"]
    return {
      auths: section(json, "auths"),
      credHelpers: section(json, "credHelpers") as { readonly [registry: string]: string },
      credsStore: typeof store === "string" && store !== "" ? store : undefined
    }
  })

/** The login of one entry; none when the entry is empty, as Docker leaves it beside a helper. */
export const loginOf = (
  { auths }: AuthFile,
  key: string,
  path: string
): Effect.Effect<Option.Option<Login>, CredentialsFailure> => {
  const broken = (why: string) => new CredentialsFailure({ place: path, why: `the login of ${key} ${why}` })
  const entry = auths[key]
  if (!isRecord(entry)) return broken("is not an object")
  const { auth, identitytoken, password, username } = entry
  if (typeof identitytoken === "string" && identitytoken !== "") {
    return Effect.succeed(Option.some({ type: "identity-token", token: identitytoken }))
  }
  if (typeof auth === "string" && auth !== "") {
    // Docker wrote zero bytes behind passwords once.
    const text = Buffer.from(auth, "base64").toString("utf8").replace(/\0+$/, "")
    const colon = text.indexOf(":")
    if (colon < 1) return broken('has an "auth" that is not the base64 of NAME:PASSWORD')
    const [name, secret] = [text.slice(0, colon), text.slice(colon + 1)]
    return Effect.succeed(Option.some(loginFrom(name, secret)))
  }
  if (typeof username === "string" && username !== "" && typeof password === "string") {
    return Effect.succeed(Option.some(loginFrom(username, password)))
  }
  return Effect.succeed(Option.none())
}

/** A name and a secret as helpers and files keep them: the name `<token>` marks an identity token. */
export const loginFrom = (username: string, secret: string): Login =>
  username === "<token>" ? { type: "identity-token", token: secret } : { type: "password", username, password: secret }

/** How a login is written. */
export const entryOf = (login: Login): Json =>
  login.type === "password"
    ? { auth: Buffer.from(`${login.username}:${login.password}`, "utf8").toString("base64") }
    : { identitytoken: login.token }

/**
 * Changes the entries of a file and nothing else in it. Whoever reads sees the old file or the new one, and nobody but
 * the owner may. A link stays a link. A file that cannot be understood is not touched.
 */
export const change = (
  path: string,
  how: (auths: AuthFile["auths"]) => AuthFile["auths"]
): Effect.Effect<void, CredentialsFailure> =>
  trying(path, async () => {
    const json = (await load(path)) ?? {}
    await mkdir(dirname(path), { recursive: true, mode: 0o700 })
    const place = await realpath(path).catch(() => path)
    const draft = join(dirname(place), `.config.json.${randomBytes(6).toString("hex")}`)
    try {
      const file = await open(draft, "wx", 0o600)
      try {
        await file.writeFile(`${JSON.stringify({ ...json, auths: how(section(json, "auths")) }, null, "\t")}\n`)
        await file.sync()
      } finally {
        await file.close()
      }
      await chmod(draft, 0o600)
      await rename(draft, place)
    } catch (cause) {
      await rm(draft, { force: true })
      throw cause
    }
  })

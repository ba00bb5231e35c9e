import { createHash } from "node:crypto"

/** What stands in the place of a login. */
const cover = "***"

/**
 * The user and password of an address, wherever it stands in a text: behind `scheme://`, up to the last `@` before the
 * path. Spec: RFC 3986, section 3.2.1.
 */
const login = /([a-z][a-z0-9+.-]*):\/\/([^\s/?#"'`\\]*)@/gi

/** A text with no login in its addresses: `https://***@host/`. What {@link markLogins} put there stays. */
export const coverLogins = (text: string): string =>
  replaced(text, (secret) => (/^\*{3}[0-9a-f]{16}$/.test(secret) ? secret : cover))

/** The same, with a digest of each login: texts that differ in a password still differ, and none of them holds it. */
export const markLogins = (text: string): string => replaced(text, (secret) => `${cover}${markOf(secret)}`)

/** Logins in the addresses of a text, each with the `@` behind it, as they are written and as programs decode them. */
export const loginsIn = (text: string): ReadonlySet<string> => {
  const found = new Set<string>()
  replaced(text, (secret) => {
    found.add(`${secret}@`)
    found.add(`${decoded(secret)}@`)
    return cover
  })
  return found
}

const replaced = (text: string, by: (secret: string) => string): string =>
  text.includes("://")
    ? text.replace(login, (all, scheme: string, secret: string) =>
        isSecret(scheme, secret) ? `${scheme}://${by(secret)}@` : all
      )
    : text

/** Names of variables are no secrets, and neither is the user that ssh logs in as. */
const isSecret = (scheme: string, secret: string): boolean => {
  if (secret === "" || secret === cover || /^(?:[^:$]*:)?\$(?:\w+|\{\w+\})$/.test(secret)) return false
  return secret.includes(":") || !/^(?:git\+)?(?:ssh|sftp)$/i.test(scheme)
}

const markOf = (secret: string): string => createHash("sha256").update(secret).digest("hex").slice(0, 16)

const decoded = (secret: string): string => {
  try {
    return decodeURIComponent(secret)
  } catch {
    return secret
  }
}

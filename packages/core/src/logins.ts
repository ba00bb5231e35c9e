import { createHash } from "node:crypto"

/** What stands in the place of a login. */
const cover = "***"

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

/**
 * Every login is looked for where it can be: behind `scheme://`, up to the last `@` before the path. Long texts take as long
 * as they are. Spec: RFC 3986, section 3.2.1.
 */
const replaced = (text: string, by: (secret: string) => string): string => {
  let out = ""
  let done = 0
  for (let at = text.indexOf("://"); at >= 0; at = text.indexOf("://", at + 3)) {
    const scheme = /[a-z][a-z0-9+.-]*$/i.exec(text.slice(Math.max(0, at - longestScheme), at))?.[0]
    if (scheme === undefined) continue
    const start = at + 3
    authority.lastIndex = start
    const secret = /^(.*)@/s.exec(authority.exec(text)?.[0] ?? "")?.[1]
    if (secret === undefined || !isSecret(scheme, secret)) continue
    out += text.slice(done, start) + by(secret)
    done = start + secret.length
  }
  return done === 0 ? text : out + text.slice(done)
}

/** What can stand between `://` and the path. */
const authority = /[^\s/?#"'`\\]*/y

const longestScheme = 32

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

import { createSign, randomUUID } from "node:crypto"
import { readFileSync } from "node:fs"
import { createServer } from "node:http"
import { Effect, type Scope } from "effect"
import { type Certificates, derOf } from "./certificates.ts"

/** A token server, and what it was asked. */
export interface Issuer {
  readonly realm: string
  readonly asked: ReadonlyArray<{ readonly scopes: ReadonlyArray<string>; readonly as: string | undefined }>
}

const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url")

/**
 * Issues tokens on loopback: `alice` with the password `secret` may do anything, everybody else may pull.
 *
 * Spec: distribution, "Token authentication implementation".
 */
export const startIssuer = (
  service: string,
  { certificate, key }: Certificates
): Effect.Effect<Issuer, never, Scope.Scope> =>
  Effect.gen(function* () {
    const asked: Array<Issuer["asked"][number]> = []
    const server = createServer((request, response) => {
      const url = new URL(request.url ?? "/", "http://issuer")
      const given = /^Basic (.*)$/.exec(request.headers.authorization ?? "")?.[1]
      const login = given === undefined ? undefined : Buffer.from(given, "base64").toString()
      const scopes = url.searchParams.getAll("scope")
      asked.push({ scopes, as: login?.split(":")[0] })
      if (login !== undefined && login !== "alice:secret") {
        response.writeHead(401).end(JSON.stringify({ details: "incorrect username or password" }))
        return
      }
      const access = scopes.map((scope) => {
        const [type, name, actions = ""] = scope.split(":")
        return { type, name, actions: login === undefined ? ["pull"] : actions.split(",") }
      })
      const now = Math.floor(Date.now() / 1000)
      const times = { exp: now + 300, nbf: now - 10, iat: now }
      const claims = { iss: "gantry-test", sub: login ?? "", aud: service, jti: randomUUID(), access, ...times }
      const head = part({ typ: "JWT", alg: "RS256", x5c: [derOf(certificate)] })
      const signed = `${head}.${part(claims)}`
      const signature = createSign("RSA-SHA256").update(signed).sign(readFileSync(key, "utf8"), "base64url")
      response.writeHead(200, { "content-type": "application/json" })
      response.end(JSON.stringify({ token: `${signed}.${signature}`, expires_in: 300 }))
    })
    yield* Effect.acquireRelease(
      Effect.async<void>((resume) => void server.listen(0, "127.0.0.1", () => resume(Effect.void))),
      () => Effect.sync(() => (server.close(), server.closeAllConnections()))
    )
    const address = server.address()
    const port = typeof address === "object" && address !== null ? address.port : 0
    return { realm: `http://127.0.0.1:${port}/token`, asked }
  })

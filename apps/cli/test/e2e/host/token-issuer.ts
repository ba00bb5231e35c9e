import { createSign, randomUUID, X509Certificate } from "node:crypto"
import { readFileSync } from "node:fs"
import { createServer } from "node:http"
import type { Certificates } from "./certificates.ts"

/** What the issuer was asked for, and by whom. */
export interface Asked {
  readonly scopes: ReadonlyArray<string>
  readonly as: string | undefined
}

/** A server that gives out tokens: to `alice`, whose password is `secret`, for anything, to everybody else for pulls. */
export interface TokenIssuer {
  readonly realm: string
  readonly asked: ReadonlyArray<Asked>
  readonly close: () => void
}

const spelled = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString("base64url")

/** Starts an issuer on loopback. Spec: distribution, "Token authentication implementation". */
export const startIssuer = async (service: string, { certificate, key }: Certificates): Promise<TokenIssuer> => {
  const asked: Array<Asked> = []
  const chain = [new X509Certificate(readFileSync(certificate)).raw.toString("base64")]
  const tokenFor = (scopes: ReadonlyArray<string>, as: string | undefined): string => {
    const access = scopes.map((scope) => {
      const [type, name, actions = ""] = scope.split(":")
      return { type, name, actions: as === undefined ? ["pull"] : actions.split(",") }
    })
    const now = Math.floor(Date.now() / 1000)
    const claims = { iss: "gantry-test", aud: service, sub: as ?? "", jti: randomUUID(), access }
    const text = `${spelled({ typ: "JWT", alg: "RS256", x5c: chain })}.${spelled({ ...claims, nbf: now - 10, exp: now + 300 })}`
    return `${text}.${createSign("RSA-SHA256").update(text).sign(readFileSync(key, "utf8"), "base64url")}`
  }
  const server = createServer(({ headers, url = "/" }, response) => {
    const scopes = new URL(url, "http://issuer").searchParams.getAll("scope")
    const login = headers.authorization?.replace(/^Basic /, "")
    const [as, password] = login === undefined ? [] : Buffer.from(login, "base64").toString().split(":")
    asked.push({ scopes, as })
    if (as !== undefined && (as !== "alice" || password !== "secret")) return void response.writeHead(401).end("{}")
    response.end(JSON.stringify({ token: tokenFor(scopes, as), expires_in: 300 }))
  })
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve))
  const address = server.address()
  return {
    realm: `http://127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}/token`,
    asked,
    close: () => {
      server.close()
      server.closeAllConnections()
    }
  }
}

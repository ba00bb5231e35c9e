import { execFileSync } from "node:child_process"
import { mkdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"

/** An authority and what it signed for `localhost` and 127.0.0.1, in PEM. */
export interface Certificates {
  /** Path of the authority's certificate. */
  readonly authority: string
  readonly certificate: string
  readonly key: string
}

/** Makes an authority and a certificate for loopback in a directory, with openssl. */
export const makeCertificates = (directory: string): Certificates => {
  mkdirSync(directory, { recursive: true })
  const at = (name: string) => join(directory, name)
  const openssl = (...args: ReadonlyArray<string>) => execFileSync("openssl", args, { stdio: "pipe" })
  const fresh = ["-newkey", "rsa:2048", "-nodes"]
  openssl(
    "req",
    "-x509",
    ...fresh,
    "-days",
    "2",
    "-subj",
    "/CN=authority",
    "-keyout",
    at("a.key"),
    "-out",
    at("ca.crt")
  )
  openssl("req", ...fresh, "-subj", "/CN=localhost", "-keyout", at("key.pem"), "-out", at("request.pem"))
  writeFileSync(at("names"), "subjectAltName=DNS:localhost,IP:127.0.0.1\nbasicConstraints=CA:FALSE\n")
  const signing = ["-CA", at("ca.crt"), "-CAkey", at("a.key"), "-CAcreateserial", "-days", "2", "-extfile", at("names")]
  openssl("x509", "-req", "-in", at("request.pem"), ...signing, "-out", at("cert.pem"))
  return { authority: at("ca.crt"), certificate: at("cert.pem"), key: at("key.pem") }
}

/** The bytes of a certificate as tokens carry them: base64 of its DER form. */
export const derOf = (path: string): string => readFileSync(path, "utf8").replaceAll(/-----[^-]+-----|\s/g, "")

import { execFileSync } from "node:child_process"
import { mkdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"

/** Files in PEM: an authority that nobody knows, and what it signed for 127.0.0.1. */
export interface Certificates {
  readonly authority: string
  readonly certificate: string
  readonly key: string
}

/** Makes them in a directory, with openssl. */
export const makeCertificates = (directory: string): Certificates => {
  mkdirSync(directory, { recursive: true })
  writeFileSync(join(directory, "leaf"), "subjectAltName=IP:127.0.0.1\nbasicConstraints=CA:FALSE\n")
  const openssl = (args: string) => execFileSync("openssl", args.split(" "), { cwd: directory, stdio: "pipe" })
  openssl("req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=authority -keyout authority.key -out authority.crt")
  openssl("req -newkey rsa:2048 -nodes -subj /CN=registry -keyout key.pem -out request.pem")
  openssl(
    "x509 -req -in request.pem -CA authority.crt -CAkey authority.key -CAcreateserial -days 2 -extfile leaf -out leaf.crt"
  )
  const at = (name: string) => join(directory, name)
  return { authority: at("authority.crt"), certificate: at("leaf.crt"), key: at("key.pem") }
}

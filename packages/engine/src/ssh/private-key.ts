import { createPrivateKey, createPublicKey, type JsonWebKey, type KeyObject, sign } from "node:crypto"
import * as Either from "effect/Either"
import { mpint, string, withoutZeros, WireReader } from "./wire.ts"

/** A key that a person proves with who they are. */
export interface PrivateKey {
  /** The public half, as SSH spells it. */
  readonly publicKey: Buffer
  /** What its owner calls it; empty when the file does not say. */
  readonly comment: string
  /** The signature as SSH spells it. `flags` are those of a request to an agent. */
  readonly sign: (data: Buffer, flags: number) => Buffer
}

/** The longest file that is read as a key. The longest real ones have 13 kB. */
export const longestKey = 100_000

/**
 * Reads a private key without a passphrase: the format of OpenSSH, or PEM as OpenSSL has it. RSA, ECDSA and Ed25519.
 * Fails with a sentence.
 *
 * Spec: PROTOCOL.key of OpenSSH; RFC 7468.
 */
export const readPrivateKey = (file: Buffer): Either.Either<PrivateKey, string> => {
  const text = file.toString("latin1")
  const own = /-----BEGIN OPENSSH PRIVATE KEY-----([\sA-Za-z0-9+/=]+)-----END OPENSSH PRIVATE KEY-----/.exec(text)
  if (own !== null) return readOpenSsh(Buffer.from(own[1] ?? "", "base64"))
  if (!/-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(text)) return Either.left("it is no private key")
  if (text.includes("ENCRYPTED")) return Either.left(locked)
  return Either.flatMap(keyObject({ key: text, format: "pem" }), (key) => privateKey(key, ""))
}

const locked = "it is locked with a passphrase"
const broken = "it is damaged"

const keyObject = (input: Parameters<typeof createPrivateKey>[0]): Either.Either<KeyObject, string> =>
  Either.try({ try: () => createPrivateKey(input), catch: () => broken })

const readOpenSsh = (bytes: Buffer): Either.Either<PrivateKey, string> => {
  const file = new WireReader(bytes)
  if (file.take(15).toString("latin1") !== "openssh-key-v1\0") return Either.left(broken)
  const cipher = file.text()
  file.string()
  file.string()
  const count = file.uint32()
  file.string()
  const secret = new WireReader(file.string())
  if (file.isShort || count !== 1) return Either.left(broken)
  if (cipher !== "none") return Either.left(locked)
  if (secret.uint32() !== secret.uint32()) return Either.left(broken)
  const kind = secret.text()
  const jwk = readFields(kind, secret)
  const comment = secret.string().toString("utf8")
  if (jwk === undefined) return Either.left(`keys of the kind ${JSON.stringify(kind)} are not supported`)
  if (secret.isShort) return Either.left(broken)
  return Either.flatMap(keyObject({ key: jwk, format: "jwk" }), (key) => privateKey(key, comment))
}

/** Curves by the names that SSH has for them: the name of others, bytes of a coordinate, and the hash that goes with it. */
const curves: { readonly [name: string]: { readonly crv: string; readonly size: number; readonly hash: string } } = {
  nistp256: { crv: "P-256", size: 32, hash: "sha256" },
  nistp384: { crv: "P-384", size: 48, hash: "sha384" },
  nistp521: { crv: "P-521", size: 66, hash: "sha512" }
}

const word = (bytes: Uint8Array): string => Buffer.from(bytes).toString("base64url")

/** The numbers of a key; undefined for kinds that nobody knows. */
const readFields = (kind: string, from: WireReader): JsonWebKey | undefined => {
  if (kind === "ssh-ed25519") {
    const x = from.string()
    return { kty: "OKP", crv: "Ed25519", x: word(x), d: word(from.string().subarray(0, 32)) }
  }
  if (kind === "ssh-rsa") {
    const [n, e, d, qi, p, q] = Array.from({ length: 6 }, () => withoutZeros(from.string()))
    if (n === undefined || e === undefined || d === undefined) return undefined
    if (qi === undefined || p === undefined || q === undefined) return undefined
    const [dp, dq] = [remainder(d, p), remainder(d, q)]
    return { kty: "RSA", n: word(n), e: word(e), d: word(d), p: word(p), q: word(q), dp, dq, qi: word(qi) }
  }
  const curve = curves[kind.replace(/^ecdsa-sha2-/, "")]
  if (curve === undefined) return undefined
  from.string()
  const point = from.string()
  const d = withoutZeros(from.string())
  const padded = Buffer.concat([Buffer.alloc(Math.max(0, curve.size - d.length)), d])
  const x = word(point.subarray(1, 1 + curve.size))
  return { kty: "EC", crv: curve.crv, x, y: word(point.subarray(1 + curve.size)), d: word(padded) }
}

const numberOf = (bytes: Buffer): bigint => (bytes.length === 0 ? 0n : BigInt(`0x${bytes.toString("hex")}`))

/** `d` modulo `p - 1`, which files of OpenSSH leave out. */
const remainder = (d: Buffer, p: Buffer): string => {
  const below = numberOf(p) - 1n
  const hex = (below <= 0n ? 0n : numberOf(d) % below).toString(16)
  return word(Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, "hex"))
}

const privateKey = (key: KeyObject, comment: string): Either.Either<PrivateKey, string> => {
  const exported = Either.try({ try: () => createPublicKey(key).export({ format: "jwk" }), catch: () => broken })
  return Either.flatMap(exported, ({ crv, e = "", kty, n = "", x = "", y = "" }) => {
    const bytes = (text: string) => Buffer.from(text, "base64url")
    if (kty === "OKP" && crv === "Ed25519") {
      const kind = string("ssh-ed25519")
      return Either.right({
        publicKey: Buffer.concat([kind, string(bytes(x))]),
        comment,
        sign: (data) => Buffer.concat([kind, string(sign(null, data, key))])
      })
    }
    if (kty === "RSA") {
      return Either.right({
        publicKey: Buffer.concat([string("ssh-rsa"), mpint(bytes(e)), mpint(bytes(n))]),
        comment,
        sign: (data, flags) => {
          const [name, hash] = rsaForm(flags)
          return Buffer.concat([string(name), string(sign(hash, data, key))])
        }
      })
    }
    const [name, curve] = Object.entries(curves).find(([, each]) => each.crv === crv) ?? []
    if (kty !== "EC" || name === undefined || curve === undefined) {
      return Either.left(`keys of the kind ${JSON.stringify(crv ?? kty)} are not supported`)
    }
    const kind = string(`ecdsa-sha2-${name}`)
    return Either.right({
      publicKey: Buffer.concat([kind, string(name), string(Buffer.concat([Buffer.from([4]), bytes(x), bytes(y)]))]),
      comment,
      sign: (data) => {
        const made = sign(curve.hash, data, { key, dsaEncoding: "ieee-p1363" })
        const half = made.length / 2
        return Buffer.concat([kind, string(Buffer.concat([mpint(made.subarray(0, half)), mpint(made.subarray(half))]))])
      }
    })
  })
}

/** SSH_AGENT_RSA_SHA2_512 and SSH_AGENT_RSA_SHA2_256; without either, the old form. */
const rsaForm = (flags: number): readonly [name: string, hash: string] => {
  if ((flags & 4) !== 0) return ["rsa-sha2-512", "sha512"]
  return (flags & 2) !== 0 ? ["rsa-sha2-256", "sha256"] : ["ssh-rsa", "sha1"]
}

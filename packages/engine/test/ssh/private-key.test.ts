import { execFileSync, spawnSync } from "node:child_process"
import { createPublicKey, generateKeyPairSync, type KeyObject, verify } from "node:crypto"
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as Either from "effect/Either"
import * as fc from "fast-check"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { answerOf } from "../../src/ssh/Agent.ts"
import { type PrivateKey, readPrivateKey } from "../../src/ssh/private-key.ts"
import { string, uint32, WireReader } from "../../src/ssh/wire.ts"

const data = Buffer.from("what is to be signed")

/** Asks an agent with this key for a signature, and lets OpenSSL look at it. */
const signs = (key: PrivateKey, publicKey: KeyObject, flags: number, hash: string | null): boolean => {
  const request = string(Buffer.concat([Buffer.from([13]), string(key.publicKey), string(data), uint32(flags)]))
  const answer = answerOf([key], request)
  expect(answer[4]).toBe(14)
  const signature = new WireReader(new WireReader(answer.subarray(5)).string())
  const kind = signature.text()
  const bytes = signature.string()
  if (!kind.startsWith("ecdsa")) return verify(hash, data, publicKey, bytes)
  const halves = new WireReader(bytes)
  const size = { sha256: 32, sha384: 48 }[String(hash)] ?? 66
  const [r, s] = [halves.string(), halves.string()].map((half) =>
    Buffer.concat([Buffer.alloc(size), half]).subarray(-size)
  )
  if (r === undefined || s === undefined) return false
  return verify(hash, data, { key: publicKey, dsaEncoding: "ieee-p1363" }, Buffer.concat([r, s]))
}

const read = (file: string | Buffer): PrivateKey =>
  Either.getOrThrowWith(readPrivateKey(Buffer.from(file)), (why) => new Error(why))
const refused = (file: string | Buffer): string | undefined =>
  Either.getLeft(readPrivateKey(Buffer.from(file))).pipe((why) => ("value" in why ? why.value : undefined))

const kinds = [
  ["an Ed25519 key", () => generateKeyPairSync("ed25519"), 0, null],
  ["an RSA key, as OpenSSH asks", () => generateKeyPairSync("rsa", { modulusLength: 1024 }), 4, "sha512"],
  ["an RSA key, the middle way", () => generateKeyPairSync("rsa", { modulusLength: 1024 }), 2, "sha256"],
  ["an RSA key, the old way", () => generateKeyPairSync("rsa", { modulusLength: 1024 }), 0, "sha1"],
  ["a key of P-256", () => generateKeyPairSync("ec", { namedCurve: "P-256" }), 0, "sha256"],
  ["a key of P-384", () => generateKeyPairSync("ec", { namedCurve: "P-384" }), 0, "sha384"],
  ["a key of P-521", () => generateKeyPairSync("ec", { namedCurve: "P-521" }), 0, "sha512"]
] as const

describe("a key in PEM", () => {
  it.each(kinds)("signs: %s", (_, make, flags, hash) => {
    const { privateKey, publicKey } = make()
    const key = read(privateKey.export({ format: "pem", type: "pkcs8" }))
    expect(signs(key, publicKey, flags, hash)).toBe(true)
  })

  it("is refused when it is locked, of a kind that nobody knows, or no private key", () => {
    const { privateKey, publicKey } = generateKeyPairSync("ed25519")
    const locked = privateKey.export({ format: "pem", type: "pkcs8", cipher: "aes-256-cbc", passphrase: "p" })
    expect(refused(locked)).toMatch(/locked with a passphrase/)
    expect(refused(publicKey.export({ format: "pem", type: "spki" }))).toBe("it is no private key")
    expect(refused(generateKeyPairSync("x25519").privateKey.export({ format: "pem", type: "pkcs8" }))).toMatch(
      /not supported/
    )
    expect(refused("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n")).toBe("it is damaged")
    expect(refused("")).toBe("it is no private key")
  })
})

describe("an agent", () => {
  it("lists its keys, and refuses what it has no key for and what is cut off", () => {
    const [one, two] = [generateKeyPairSync("ed25519"), generateKeyPairSync("ed25519")].map(({ privateKey }) =>
      read(privateKey.export({ format: "pem", type: "pkcs8" }))
    )
    if (one === undefined || two === undefined) throw new Error("no keys")
    const listed = new WireReader(answerOf([one, { ...two, comment: "mine" }], string(Buffer.from([11]))).subarray(5))
    expect(listed.uint32()).toBe(2)
    expect([listed.string(), listed.text(), listed.string(), listed.text()]).toEqual([
      one.publicKey,
      "",
      two.publicKey,
      "mine"
    ])
    const request = Buffer.concat([Buffer.from([13]), string(two.publicKey), string(data), uint32(0)])
    expect(answerOf([one], string(request))[4]).toBe(5)
    expect(answerOf([two], string(request.subarray(0, -2)))[4]).toBe(5)
    expect(answerOf([two], string(Buffer.from([17])))[4]).toBe(5)
  })
})

/** From OpenSSH; without it, and for a user without an account, whom it does not serve, the tests are skipped. */
const keygen = "/usr/bin/ssh-keygen"

const serves = existsSync(keygen) && spawnSync("id", ["-un"]).status === 0

describe.skipIf(!serves)("a key of ssh-keygen", () => {
  let folder = ""
  beforeAll(() => void (folder = mkdtempSync(join(tmpdir(), "gantry-keys-"))))
  afterAll(() => rmSync(folder, { recursive: true }))
  const made = (name: string, ...more: ReadonlyArray<string>) => {
    const path = join(folder, name)
    execFileSync(keygen, ["-q", "-N", "", "-C", "me@here", "-f", path, ...more])
    const spelled = execFileSync(keygen, ["-e", "-m", "PKCS8", "-f", `${path}.pub`])
    return { file: readFileSync(path), publicKey: createPublicKey(spelled), pub: readFileSync(`${path}.pub`, "utf8") }
  }

  it.each([
    ["rsa", ["-t", "rsa", "-b", "1024"], 4, "sha512"],
    ["p256", ["-t", "ecdsa", "-b", "256"], 0, "sha256"],
    ["p384", ["-t", "ecdsa", "-b", "384"], 0, "sha384"],
    ["p521", ["-t", "ecdsa", "-b", "521"], 0, "sha512"],
    ["pem", ["-t", "rsa", "-b", "1024", "-m", "PEM"], 2, "sha256"]
  ] as const)("signs: %s", (name, how, flags, hash) => {
    const { file, pub, publicKey } = made(name, ...how)
    const key = read(file)
    expect(key.publicKey.toString("base64")).toBe(pub.split(" ")[1])
    expect(key.comment).toBe(name === "pem" ? "" : "me@here")
    expect(signs(key, publicKey, flags, hash)).toBe(true)
  })

  it("is refused when it is locked, and never kills who reads it, whatever is changed in it", () => {
    const path = join(folder, "whole")
    execFileSync(keygen, ["-q", "-t", "ed25519", "-N", "", "-f", path])
    const file = readFileSync(path)
    expect(read(file).publicKey.toString("base64")).toBe(readFileSync(`${path}.pub`, "utf8").split(" ")[1])
    const bytes = Buffer.from(file.toString().replaceAll(/-----.*-----|\s/g, ""), "base64")
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.nat(255), fc.nat(bytes.length), (at, value, end) => {
        const changed = Buffer.from(bytes)
        changed[at] = value
        const text = `-----BEGIN OPENSSH PRIVATE KEY-----\n${changed.subarray(0, Math.max(3, end)).toString("base64")}\n-----END OPENSSH PRIVATE KEY-----\n`
        const result = readPrivateKey(Buffer.from(text))
        const told = Either.match(result, {
          onLeft: (why) => why,
          onRight: (key) =>
            String(
              answerOf(
                [key],
                string(Buffer.concat([Buffer.from([13]), string(key.publicKey), string(data), uint32(0)]))
              )[4]
            )
        })
        // Or an answer: a signature, or a refusal.
        expect(told).toMatch(/^(?:it is |keys of the kind |14$|5$)/)
      })
    )
    execFileSync(keygen, ["-q", "-p", "-N", "secret", "-f", path])
    expect(refused(readFileSync(path))).toMatch(/locked with a passphrase/)
  })
})

import { execFileSync, spawnSync } from "node:child_process"
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { createServer, request, type Server } from "node:http"
import { join } from "node:path"
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest"
import { type Certificates, makeCertificates } from "./host/certificates.ts"
import { startIssuer, type TokenIssuer } from "./host/token-issuer.ts"
import { useGantry } from "./host/gantry.ts"
import { publish } from "./host/publish.ts"
import { freePort, type RegistryOptions, type RegistryServer, startRegistry } from "./host/registry.ts"

const hasHtpasswd = spawnSync("htpasswd", ["-nbB", "a", "b"]).status === 0
if (!hasHtpasswd)
  console.log("!! htpasswd IS MISSING (Debian: apache2-utils): registries with a password are skipped !!")

describe("registries that are not open to everybody", () => {
  const gantry = useGantry()
  let plain: RegistryServer
  let certificates: Certificates
  const opened: Array<RegistryServer> = []

  /** Another server over the same images. */
  const another = async (options: RegistryOptions): Promise<RegistryServer> => {
    const server = await startRegistry({ ...options, storage: plain.storage })
    opened.push(server)
    return server
  }

  beforeAll(async () => {
    certificates = makeCertificates(join(gantry.scratch, "certificates"))
    plain = await startRegistry()
    await gantry.build("app", "FROM base\nRUN echo hello > /hello")
    await publish(gantry, "app", plain, "team/app")
  })
  afterEach(async () => {
    for (const each of opened.splice(0)) await each.close()
    rmSync(join(gantry.scratch, ".docker"), { recursive: true, force: true })
    rmSync(join(gantry.scratch, ".config"), { recursive: true, force: true })
    for (const name of Object.keys(gantry.env)) if (/proxy|SSL_CERT/i.test(name)) delete gantry.env[name]
    await gantry.ok("system", "prune", "-af")
  })
  afterAll(() => plain.close())

  const tls = () => ({ tls: { certificate: certificates.certificate, key: certificates.key } })
  const configure = (registries: ReadonlyArray<unknown>) => {
    mkdirSync(join(gantry.scratch, ".config/gantry"), { recursive: true })
    writeFileSync(join(gantry.scratch, ".config/gantry/gantry.config.json"), JSON.stringify({ registries }))
  }
  const said = (name: string) => gantry.ok("run", "--rm", "--pull", "never", name, "cat", "/hello")

  describe("with TLS of an authority of their own", () => {
    it("are refused, and it is said what would help; never are they asked in the clear instead", async () => {
      const { host } = await another(tls())
      const { status, stderr } = await gantry.try("pull", `${host}/team/app`)
      expect(status).toBe(1)
      expect(stderr).toMatch(/certificate is not trusted/)
      expect(stderr).toContain(`/etc/docker/certs.d/${host}/ca.crt`)
    })

    it("are trusted with a directory of certificates, an authority of the environment or of the configuration", async () => {
      const { host } = await another(tls())
      const name = `${host}/team/app`
      const directory = join(gantry.scratch, "trusted")
      mkdirSync(directory, { recursive: true })
      writeFileSync(join(directory, "ca.crt"), readFileSync(certificates.authority))
      await gantry.ok("pull", "--cert-dir", directory, name)
      expect(await said(name)).toBe("hello")
      gantry.env["SSL_CERT_FILE"] = certificates.authority
      await gantry.ok("pull", name)
      delete gantry.env["SSL_CERT_FILE"]
      configure([{ prefix: host, ca: certificates.authority }])
      expect(await gantry.ok("pull", "-q", name)).toBe(`${name}:latest`)
    })

    it("are taken for granted with --tls-verify=false only", async () => {
      const { host } = await another(tls())
      await gantry.ok("pull", "--tls-verify=false", `${host}/team/app`)
      const clear = await gantry.try("pull", "--tls-verify", `${plain.host}/team/app`)
      expect(clear).toMatchObject({ status: 1, stderr: expect.stringContaining("does not speak TLS") })
    })
  })

  describe.runIf(hasHtpasswd)("with a password", () => {
    const guarded = (options: RegistryOptions = {}) => {
      const file = join(gantry.scratch, "htpasswd")
      writeFileSync(file, execFileSync("htpasswd", ["-nbB", "alice", "secret"]))
      return another({ ...options, htpasswd: file })
    }
    const login = (host: string, password: string, ...options: ReadonlyArray<string>) =>
      gantry.tryWith(password, "login", "-u", "alice", "--password-stdin", ...options, host)

    it("are pulled from after a login and no longer after a logout", async () => {
      const { host } = await guarded()
      const name = `${host}/team/app`
      const before = await gantry.try("pull", name)
      expect(before).toMatchObject({ status: 1, stderr: expect.stringContaining(`gantry login ${host}`) })
      const wrong = await login(host, "guess")
      expect(wrong.status).toBe(1)
      expect(existsSync(join(gantry.scratch, ".docker/config.json"))).toBe(false)
      expect(await login(host, "secret\n")).toMatchObject({
        status: 0,
        stdout: expect.stringContaining("Login Succeeded")
      })
      const kept = JSON.parse(readFileSync(join(gantry.scratch, ".docker/config.json"), "utf8")) as unknown
      expect(kept).toEqual({ auths: { [host]: { auth: Buffer.from("alice:secret").toString("base64") } } })
      await gantry.ok("pull", name)
      expect(await said(name)).toBe("hello")
      expect(await gantry.ok("logout", host)).toContain(host)
      const after = await gantry.try("pull", name)
      expect(after).toMatchObject({ status: 1, stderr: expect.stringContaining("login") })
    })

    it("and TLS are pulled from with both", async () => {
      const { host } = await guarded(tls())
      gantry.env["SSL_CERT_FILE"] = certificates.authority
      expect((await login(host, "secret")).status).toBe(0)
      await gantry.ok("pull", `${host}/team/app`)
      expect(await said(`${host}/team/app`)).toBe("hello")
    })

    it("and TLS are pushed to with both, and to nobody without a login", async () => {
      const { host } = await guarded(tls())
      const name = `${host}/pushed/app`
      gantry.env["SSL_CERT_FILE"] = certificates.authority
      await gantry.build("own", `FROM ${plain.host}/team/app\nRUN echo pushed > /hello`)
      await gantry.ok("tag", "own", name)
      const before = await gantry.try("push", name)
      expect(before).toMatchObject({ status: 1, stderr: expect.stringContaining(`gantry login ${host}`) })
      expect((await login(host, "secret")).status).toBe(0)
      const told = await gantry.ok("push", name)
      const digest = /^latest: digest: (sha256:[0-9a-f]{64}) size: \d+$/m.exec(told)?.[1] ?? ""
      // The other server shows the same storage to everybody.
      const accept = "application/vnd.oci.image.manifest.v1+json, application/vnd.docker.distribution.manifest.v2+json"
      const seen = await fetch(`${plain.url}/v2/pushed/app/manifests/${digest}`, { headers: { accept } })
      expect(seen.status).toBe(200)
      await gantry.ok("rmi", "-f", name, "own")
      await gantry.ok("pull", `${name}@${digest}`)
      expect(await said(`${name}@${digest}`)).toBe("pushed")
      await gantry.ok("logout", host)
      expect((await gantry.try("push", `${name}@${digest}`, name)).status).toBe(1)
    })

    it("are pulled from with the logins of a credential helper", async () => {
      const { host } = await guarded()
      const bin = join(gantry.scratch, "bin")
      mkdirSync(bin, { recursive: true })
      const answer = JSON.stringify({ ServerURL: host, Username: "alice", Secret: "secret" })
      writeFileSync(join(bin, "docker-credential-test"), `#!/bin/sh\ncat > /dev/null\necho '${answer}'\n`, {
        mode: 0o755
      })
      mkdirSync(join(gantry.scratch, ".docker"))
      writeFileSync(join(gantry.scratch, ".docker/config.json"), JSON.stringify({ credHelpers: { [host]: "test" } }))
      const path = gantry.env["PATH"]
      gantry.env["PATH"] = `${bin}:${path}`
      await gantry.ok("pull", `${host}/team/app`)
      gantry.env["PATH"] = path
      expect(await said(`${host}/team/app`)).toBe("hello")
    })
  })

  describe("with tokens", () => {
    let issuer: TokenIssuer
    beforeAll(async () => {
      issuer = await startIssuer("test-service", certificates)
    })
    afterAll(() => issuer.close())

    it("are pulled from by anybody who is given one, and one token does for a whole pull", async () => {
      const { certificate } = certificates
      const { host } = await another({
        token: { realm: issuer.realm, service: "test-service", authority: certificate }
      })
      const before = issuer.asked.length
      await gantry.ok("pull", `${host}/team/app`)
      expect(await said(`${host}/team/app`)).toBe("hello")
      expect(issuer.asked.slice(before)).toEqual([{ scopes: ["repository:team/app:pull"], as: undefined }])
      expect((await gantry.tryWith("secret", "login", "-u", "alice", "--password-stdin", host)).status).toBe(0)
      await gantry.ok("pull", `${host}/team/app`)
      expect(issuer.asked.at(-1)).toEqual({ scopes: ["repository:team/app:pull"], as: "alice" })
      expect((await gantry.tryWith("wrong", "login", "-u", "alice", "--password-stdin", host)).status).toBe(1)
    })
  })

  it("a mirror is asked before the registry, in order, and passed over when it is down or has nothing", async () => {
    const empty = await startRegistry()
    opened.push(empty)
    const gone = `127.0.0.1:${await freePort()}`
    configure([{ prefix: "registry.invalid/images", mirrors: [gone, empty.host, `${plain.host}/team`] }])
    const pulled = await gantry.try("pull", "registry.invalid/images/app")
    expect(pulled.status).toBe(0)
    expect(pulled.stderr).toContain(`passing over the mirror ${gone}`)
    expect(await said("registry.invalid/images/app")).toBe("hello")
    const elsewhere = await gantry.try("pull", "registry.invalid/other/app")
    expect(elsewhere).toMatchObject({ status: 1, stderr: expect.stringContaining("registry.invalid") })
  })

  describe("behind a proxy", () => {
    let proxy: Server
    let address: string
    let passed: Array<string> = []
    beforeAll(async () => {
      proxy = createServer((incoming, outgoing) => {
        passed.push(incoming.url ?? "")
        const url = new URL(incoming.url ?? "")
        // The name that nobody else can resolve is that of the plain registry.
        const [host, port] = plain.host.split(":")
        const path = url.pathname + url.search
        const onward = request({ host, port, path, method: incoming.method, headers: incoming.headers }, (answer) => {
          outgoing.writeHead(answer.statusCode ?? 502, answer.headers)
          answer.pipe(outgoing)
        })
        incoming.pipe(onward)
      })
      const port = await freePort()
      await new Promise<void>((resolve) => void proxy.listen(port, "127.0.0.1", resolve))
      address = `http://127.0.0.1:${port}`
    })
    afterAll(() => void proxy.close())

    it("are pulled from through it, and loopback and NO_PROXY are not", async () => {
      gantry.env["http_proxy"] = address
      gantry.env["https_proxy"] = address
      configure([{ prefix: "far.invalid", insecure: true }])
      passed = []
      await gantry.ok("pull", "far.invalid/team/app")
      expect(await said("far.invalid/team/app")).toBe("hello")
      expect(passed.some((url) => url.startsWith("http://far.invalid/v2/team/app/blobs/"))).toBe(true)
      passed = []
      await gantry.ok("pull", `${plain.host}/team/app`)
      expect(passed).toEqual([])
      gantry.env["no_proxy"] = "far.invalid"
      const direct = await gantry.try("pull", "far.invalid/team/app")
      expect(direct).toMatchObject({ status: 1, stderr: expect.stringContaining("no address") })
      expect(passed).toEqual([])
    })
  })
})

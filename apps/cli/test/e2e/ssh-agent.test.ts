import { execFileSync } from "node:child_process"
import { chmodSync, existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs"
import { createServer } from "node:net"
import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { expectNothingLeft, useGantry } from "./host/gantry.ts"
import { startProcess } from "./host/started.ts"
import { until } from "./host/until.ts"

/** From OpenSSH; without it one test says that it is skipped. */
const client = "/usr/bin/ssh-add"

describe("RUN --mount=type=ssh", () => {
  const gantry = useGantry()
  const socket = () => join(gantry.scratch, "agent.sock")
  /** An agent without keys. */
  const agent = createServer((connection) => {
    connection.on("data", () => void connection.write(Buffer.from([0, 0, 0, 5, 12, 0, 0, 0, 0])))
  })
  beforeAll(() => new Promise<void>((resolve) => void agent.listen(socket(), resolve)))
  afterAll(() => void agent.close())
  /** The client with the libraries that it wants, below `root`. */
  const clientFiles = () => {
    const listed = execFileSync("ldd", [client], { encoding: "utf8" })
    const files = [client, ...new Set(Array.from(listed.matchAll(/\/\S+(?= \()/g), ([path]) => path))]
    return Object.fromEntries(files.map((path) => [`root${path}`, readFileSync(path)]))
  }
  const leftBehind = () => readdirSync(gantry.root).filter((name) => name.startsWith("ssh-"))

  it("is a socket with the owner and mode asked for, and is in no layer", async () => {
    const directory = gantry.context({
      Dockerfile: `FROM base
RUN --mount=type=ssh stat -c '%F %a %u:%g' $SSH_AUTH_SOCK > /first && ! chmod 777 $SSH_AUTH_SOCK
USER app
RUN --mount=type=ssh,id=other,target=/home/app/sock,mode=0640,uid=1000,gid=2000 \\
    stat -c '%F %a %u:%g' /home/app/sock > /home/app/second && test $SSH_AUTH_SOCK = /home/app/sock
RUN --mount=type=ssh,id=nobody test -z "$SSH_AUTH_SOCK" && ! test -e /run/buildkit && ! test -e /home/app/sock
`
    })
    const agents = ["--ssh", `default=${socket()}`, "--ssh", `other=${socket()}`]
    const { status, stderr } = await gantry.try("build", "-t", "agents", ...agents, directory)
    expect(stderr).not.toMatch(/ERROR/)
    expect(status).toBe(0)
    expect(await gantry.ok("run", "--rm", "agents", "cat", "/first", "/home/app/second")).toBe(
      "socket 600 0:0\nsocket 640 1000:2000"
    )
    expect(leftBehind()).toEqual([])
  })

  it.skipIf(!existsSync(client))("leads the client of OpenSSH to the agent, and lets it change nothing", async () => {
    const directory = gantry.context({
      Dockerfile: `FROM base
COPY --chmod=755 root/ /
RUN echo root:x:0:0::/root:/bin/sh > /etc/passwd
RUN --mount=type=ssh ssh-add -l; ssh-add -D
`,
      ...clientFiles()
    })
    const { stderr } = await gantry.try("build", "--ssh", `default=${socket()}`, directory)
    expect(stderr).toMatch(/The agent has no identities/)
    expect(stderr).toMatch(/Failed to remove all identities/)
  })

  it.skipIf(!existsSync(client))("holds keys of files itself, and signs with them what OpenSSH believes", async () => {
    const keys = ["ed25519", "rsa", "ecdsa"]
    for (const kind of keys) {
      const key = join(gantry.scratch, kind)
      execFileSync("ssh-keygen", ["-q", "-t", kind, "-N", "", "-C", `my ${kind} key`, "-f", key])
    }
    const directory = gantry.context({
      Dockerfile: `FROM base
COPY --chmod=755 root/ /
RUN echo root:x:0:0::/root:/bin/sh > /etc/passwd
RUN --mount=type=ssh,id=deploy ssh-add -l && for key in ${keys.join(" ")}; do ssh-add -T /$key.pub && echo $key signs; done
`,
      ...Object.fromEntries(
        keys.map((kind) => [`root/${kind}.pub`, readFileSync(join(gantry.scratch, `${kind}.pub`))])
      ),
      ...clientFiles()
    })
    const all = keys.map((kind) => join(gantry.scratch, kind)).join(",")
    const { stderr } = await gantry.try("build", "--progress", "plain", "--ssh", `deploy=${all}`, directory)
    for (const kind of keys) expect(stderr).toContain(`${kind} signs`)
    expect(stderr).toMatch(/my ecdsa key \(ECDSA\)/)
    expect(leftBehind()).toEqual([])
  })

  it("lets ADD log in to a repository, with what was given for that and nothing else", async () => {
    // In place of OpenSSH's: it says how it was called, and serves a repository of this machine.
    const fake = gantry.context({
      ssh: `#!/bin/sh
echo "$@" >> ${gantry.scratch}/logins
for last; do :; done
exec sh -c "$last"
`
    })
    chmodSync(join(fake, "ssh"), 0o755)
    const repository = gantry.context({ "src/f": "from the repository" })
    const git = (...args: ReadonlyArray<string>) =>
      execFileSync("git", ["-c", "user.name=n", "-c", "user.email=e", "-C", repository, ...args])
    git("init", "-q", "-b", "main")
    git("add", ".")
    git("commit", "-qm", "m")
    const directory = gantry.context({
      Dockerfile: `FROM base\nADD git@host.invalid:${repository}#main:src /got/\nRUN cat /got/f\n`
    })
    const env = { PATH: `${fake}:${process.env["PATH"]}`, SSH_AUTH_SOCK: "/mine" }
    const here = (...args: ReadonlyArray<string>) =>
      startProcess([...gantry.command, ...args], { env: { ...gantry.env, ...env }, cwd: gantry.scratch }).ended
    const without = await here("build", directory)
    expect(without.status).toBe(1)
    expect(without.stderr).toMatch(/given to it only: --ssh default/)
    expect(existsSync(join(gantry.scratch, "logins"))).toBe(false)
    const { status, stderr } = await here("build", "--ssh", `default=${socket()}`, directory)
    expect(stderr).toMatch(/from the repository/)
    expect(status).toBe(0)
    const logins = readFileSync(join(gantry.scratch, "logins"), "utf8").trim().split("\n")
    for (const login of logins) {
      expect(login).toMatch(/-Fnone -oIdentityFile=none -oIdentityAgent=\S+\/ssh-[^/]+\/agent .*git@host\.invalid/)
    }
    expect(leftBehind()).toEqual([])
  })

  it("says what is missing", async () => {
    const directory = gantry.context({ Dockerfile: "FROM base\nRUN --mount=type=ssh,required=true true\n" })
    const { status, stderr } = await gantry.try("build", directory)
    expect(status).toBe(1)
    expect(stderr).toMatch(/there is no ssh agent default/)
    const without = await gantry.try("build", "--ssh", "default", directory)
    expect(without.status).toBe(125)
    expect(without.stderr).toMatch(/SSH_AUTH_SOCK is not set/)
    writeFileSync(join(gantry.scratch, "key"), "a key")
    const key = await gantry.try("build", "--ssh", "default=key", directory)
    expect(key.status).toBe(125)
    expect(key.stderr).toMatch(/it is no private key\n.*ssh-add/)
  })

  it("leaves no socket when the build is stopped or killed", async () => {
    const directory = gantry.context({ Dockerfile: "FROM base\nRUN --mount=type=ssh echo begun && sleep 1000\n" })
    const killed = async (signal: NodeJS.Signals) => {
      const build = gantry.start("build", "--progress", "plain", "--ssh", `default=${socket()}`, directory)
      await until("the command", () => build.stderr().includes("begun\n"))
      expect(leftBehind()).toHaveLength(1)
      build.kill(signal)
      await build.ended
    }
    await killed("SIGINT")
    expect(leftBehind()).toEqual([])
    await expectNothingLeft(gantry)
    await killed("SIGKILL")
    // The next build takes away what a killed one left.
    await gantry.build("sweeps", "FROM base\nRUN true\n")
    expect(leftBehind()).toEqual([])
  })
})

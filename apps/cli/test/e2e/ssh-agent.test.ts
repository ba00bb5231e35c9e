import { execFileSync } from "node:child_process"
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs"
import { createServer } from "node:net"
import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { expectNothingLeft, useGantry } from "./host/gantry.ts"
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
    const listed = execFileSync("ldd", [client], { encoding: "utf8" })
    const files = [client, ...new Set(Array.from(listed.matchAll(/\/\S+(?= \()/g), ([path]) => path))]
    const directory = gantry.context({
      Dockerfile: `FROM base
COPY --chmod=755 root/ /
RUN echo root:x:0:0::/root:/bin/sh > /etc/passwd
RUN --mount=type=ssh ssh-add -l; ssh-add -D
`,
      ...Object.fromEntries(files.map((path) => [`root${path}`, readFileSync(path)]))
    })
    const { stderr } = await gantry.try("build", "--ssh", `default=${socket()}`, directory)
    expect(stderr).toMatch(/The agent has no identities/)
    expect(stderr).toMatch(/Failed to remove all identities/)
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
    expect(key.stderr).toMatch(/ssh-add/)
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

import { join, resolve } from "node:path"
import { describe, expect, it } from "vitest"
import { programPath, useGantry } from "./host/gantry.ts"
import { until } from "./host/until.ts"

const repository = resolve(import.meta.dirname, "../../../..")
const program = (name: string) => join(repository, "node_modules/.bin", name)
const bundle = join(repository, "apps/cli/dist/bin.js")
const source = join(repository, "apps/cli/src/bin.ts")

/** What runs gantry, and the file that must have been built for it. */
const runtimes: ReadonlyArray<readonly [name: string, command: ReadonlyArray<string>, built: string]> = [
  ["the standalone program", [programPath], programPath],
  ["Bun, from sources", [program("bun"), "--conditions=gantry-source", source], source],
  ["Node", [program("node"), bundle], bundle],
  ["Deno", [program("deno"), "run", "-A", bundle], bundle]
]

const dockerfile = `FROM base
RUN mkdir /www && echo served > /www/index.html
EXPOSE 80
CMD ["sh", "-c", "trap 'echo bye; exit 0' TERM; echo ready; httpd -f -p 80 -h /www & wait $!"]
`

describe.each(runtimes)("under %s", (_, command, built) => {
  const gantry = useGantry(command, built)

  it("an image is built, run, asked, looked into, stopped and removed", async () => {
    await gantry.build("web", dockerfile)
    const again = await gantry.build("web", dockerfile)
    expect(again.stderr.match(/CACHED/g)).toHaveLength(3)

    const id = await gantry.ok("run", "-d", "--name", "web", "-p", "127.0.0.1::80", "web")
    const port = await gantry.field("web", '{{(index (index .NetworkSettings.Ports "80/tcp") 0).HostPort}}')
    expect(await until("an answer", async () => (await fetch(`http://127.0.0.1:${port}/`)).text(), 5)).toBe("served\n")
    expect(await gantry.ok("exec", "web", "cat", "/www/index.html")).toBe("served")
    expect((await gantry.try("exec", "web", "sh", "-c", "exit 6")).status).toBe(6)
    expect(await gantry.ok("ps", "-q", "--no-trunc")).toBe(id)

    const follow = gantry.start("logs", "-f", "web")
    await follow.says(/ready/)
    expect(await gantry.ok("stop", "web")).toBe("web")
    expect((await follow.ended).stdout).toBe("ready\nbye\n")
    expect(await gantry.ok("rm", "web")).toBe("web")
    expect(await gantry.ok("ps", "-aq")).toBe("")
  })

  it("a command in the foreground gets input, gives output, and passes its status on", async () => {
    const outcome = await gantry.tryWith(
      "through",
      "run",
      "--rm",
      "-i",
      "base",
      "sh",
      "-c",
      "cat; echo err >&2; exit 3"
    )
    expect([outcome.status, outcome.stdout, outcome.stderr]).toEqual([3, "through", "err\n"])
  })
})

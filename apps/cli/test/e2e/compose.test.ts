import { cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs"
import { join, resolve } from "node:path"
import { describe, expect, it } from "vitest"
import { programPath, useGantry } from "./host/gantry.ts"
import { runProcess, startProcess } from "./host/started.ts"
import { until } from "./host/until.ts"

/** Serves what it is given, and tells when it is asked to end. */
const server = (text: string) =>
  `["sh", "-c", "mkdir -p /www && echo ${text} > /www/index.html && exec httpd -f -p 80 -h /www"]`

/** Says that it is there, and ends at once when asked to. */
const polite = (name: string) =>
  `["sh", "-c", "trap 'echo ${name} ends; exit 0' TERM; echo ${name} is up; while :; do sleep 1 & wait $$!; done"]`

describe("compose", () => {
  const gantry = useGantry()
  /** Writes Compose files and whatever is beside them; returns how to run a command for them. */
  const files = (yaml: string, others: { readonly [path: string]: string } = {}) => {
    const folder = gantry.context({ "compose.yaml": yaml, ...others })
    const words = ["compose", "--project-name", "shop", "-f", join(folder, "compose.yaml")]
    return {
      folder,
      rewrite: (text: string) => writeFileSync(join(folder, "compose.yaml"), text),
      ok: (...args: ReadonlyArray<string>) => gantry.ok(...words, ...args),
      try: (...args: ReadonlyArray<string>) => gantry.try(...words, ...args),
      tryWith: (input: string, ...args: ReadonlyArray<string>) => gantry.tryWith(input, ...words, ...args),
      start: (...args: ReadonlyArray<string>) => gantry.start(...words, ...args)
    }
  }
  const names = async () => (await gantry.ok("ps", "-a", "--format", "{{.Names}}")).split("\n").toSorted()
  const idOf = (name: string) => gantry.field(name, "{{.Id}}")

  it("brings up services that know each other by name, and takes everything down again", async () => {
    const shop = files(`
services:
  web:
    image: base
    command: ${server("hello from web")}
    ports: ["127.0.0.1::80"]
    networks: [front, back]
  client:
    image: base
    command: sleep 600
    networks: [back]
    volumes: ["notes:/notes", "/scratch"]
    depends_on: [web]
networks:
  front:
  back:
    internal: true
volumes:
  notes:
`)
    await shop.ok("up", "-d")
    expect(await names()).toEqual(["shop-client-1", "shop-web-1"])
    const place = await shop.ok("port", "web", "80")
    expect(await until("an answer", async () => (await fetch(`http://${place}/`)).text())).toBe("hello from web\n")
    expect(await shop.ok("exec", "-T", "client", "wget", "-q", "-O", "-", "http://web/")).toBe("hello from web")
    expect(await gantry.ok("network", "ls", "--format", "{{.Name}}")).toContain("shop_back")
    expect(await gantry.ok("volume", "ls", "-q")).toContain("shop_notes")

    const before = [await idOf("shop-web-1"), await idOf("shop-client-1")]
    await shop.ok("up", "-d")
    expect([await idOf("shop-web-1"), await idOf("shop-client-1")]).toEqual(before)

    const listed = JSON.parse(await shop.ok("ps", "web", "--format", "json")) as { readonly [name: string]: unknown }
    expect(listed).toMatchObject({ Name: "shop-web-1", Service: "web", Project: "shop", State: "running", ExitCode: 0 })

    await shop.ok("down", "--volumes", "--timeout", "1")
    expect(await gantry.ok("ps", "-aq")).toBe("")
    expect(await gantry.ok("volume", "ls", "-q")).toBe("")
    expect(await gantry.ok("network", "ls", "--format", "{{.Name}}")).toBe("bridge\nhost\nnone")
  })

  it("starts a service once what it needs is healthy, or has done its work", async () => {
    const shop = files(`
services:
  app:
    image: base
    command: ["sh", "-c", "cat /data/ready /data/made"]
    volumes: ["data:/data"]
    depends_on:
      db: { condition: service_healthy }
      job: { condition: service_completed_successfully }
  db:
    image: base
    command: ["sh", "-c", "echo ready > /data/ready; exec sleep 600"]
    volumes: ["data:/data"]
    stop_grace_period: 1s
    healthcheck: { test: ["CMD", "test", "-s", "/data/ready"], interval: 100ms, retries: 100 }
  job:
    image: base
    command: ["sh", "-c", "echo made > /data/made"]
    volumes: ["data:/data"]
volumes: { data: }
`)
    const up = await shop.try("up", "--exit-code-from", "app")
    expect(up.status).toBe(0)
    expect(up.stdout).toMatch(/^app-1 +\| ready$/m)
    expect(up.stdout).toMatch(/^app-1 +\| made$/m)
    await shop.ok("down", "-v")
  })

  it("fails, naming the service, when what another needs has failed", async () => {
    const shop = files(`
services:
  app: { image: base, command: "true", depends_on: { job: { condition: service_completed_successfully } } }
  job: { image: base, command: ["sh", "-c", "exit 3"] }
`)
    const up = await shop.try("up", "-d")
    expect(up.status).toBe(1)
    expect(up.stderr).toContain(`service "job" didn't complete successfully: exit 3`)
    expect(await gantry.field("shop-app-1", "{{.State.Status}}")).toBe("created")
    await shop.ok("down")
  })

  it("makes only those containers anew that have changed, with their anonymous volumes", async () => {
    const yaml = (value: string) => `
services:
  one: { image: base, command: sleep 600, stop_grace_period: 0s, environment: { VALUE: "${value}" }, volumes: ["/kept"] }
  two: { image: base, command: sleep 600, stop_grace_period: 0s }
`
    const shop = files(yaml("first"))
    await shop.ok("up", "-d")
    const [one, two] = [await idOf("shop-one-1"), await idOf("shop-two-1")]
    await shop.ok("exec", "-T", "one", "sh", "-c", "echo text > /kept/file")
    shop.rewrite(yaml("second"))
    await shop.ok("up", "-d")
    expect(await idOf("shop-two-1")).toBe(two)
    expect(await idOf("shop-one-1")).not.toBe(one)
    expect(await shop.ok("exec", "-T", "one", "sh", "-c", "echo $VALUE; cat /kept/file")).toBe("second\ntext")

    await shop.ok("up", "-d", "--force-recreate", "--renew-anon-volumes", "one")
    expect(await shop.ok("exec", "-T", "one", "ls", "/kept")).toBe("")
    await shop.ok("down", "-v")
    expect(await gantry.ok("volume", "ls", "-q")).toBe("")
  })

  it("shows the output of all in the foreground, and on Ctrl-C stops first what needs others", async () => {
    const shop = files(`
services:
  app: { image: base, command: ${polite("app")}, depends_on: [db] }
  db: { image: base, command: ${polite("db")} }
`)
    const up = shop.start("up")
    await up.says(/^app-1 +\| app is up$/m)
    await up.says(/^db-1 +\| db is up$/m)
    up.kill("SIGINT")
    const { status, stdout } = await up.ended
    expect(status).toBe(130)
    expect(stdout).toMatch(/app ends[^]*db ends/)
    expect(stdout).toMatch(/app-1 exited with code 0[^]*db-1 exited with code 0/)
    expect(await gantry.ok("ps", "-q")).toBe("")
    await shop.ok("down")
  })

  it("kills what does not stop when asked a second time", async () => {
    const shop = files(`
services:
  deaf: { image: base, command: ["sh", "-c", "trap '' TERM; echo up; while :; do sleep 1; done"], stop_grace_period: 50s }
`)
    const up = shop.start("up")
    await up.says(/\| up$/m)
    up.kill("SIGINT")
    await up.says(/Stopping/, "stderr")
    up.kill("SIGINT")
    const { status, stdout } = await up.ended
    expect(status).toBe(130)
    expect(stdout).toContain("deaf-1 exited with code 137")
    await shop.ok("down")
  })

  it("runs one command in a container of a service, after what it needs, and passes on its input and exit code", async () => {
    const shop = files(`
services:
  tool:
    image: base
    command: ["false"]
    environment: { GREETING: hello }
    ports: ["80"]
    depends_on: [db]
  db: { image: base, command: ${polite("db")} }
`)
    const run = await shop.tryWith(
      "from outside\n",
      "run",
      "--rm",
      "-T",
      "-e",
      "NAME=you",
      "tool",
      "sh",
      "-c",
      "cat; echo $GREETING $NAME; exit 7"
    )
    expect(run.status).toBe(7)
    expect(run.stdout).toBe("from outside\nhello you\n")
    expect(await names()).toEqual(["shop-db-1"])
    expect(await shop.ok("ps", "--services")).toBe("db")
    await shop.ok("down")
  })

  it("builds the images of services, also from a Dockerfile in the Compose file, and removes them again", async () => {
    const shop = files(
      `
services:
  built: { build: { context: ., args: { WHO: you } }, stop_grace_period: 0s }
  inline:
    build:
      context: .
      dockerfile_inline: |
        FROM base
        COPY file /file
        CMD ["cat", "/file"]
`,
      { Dockerfile: "FROM base\nARG WHO\nRUN echo hello $WHO > /hello\nCMD cat /hello\n", file: "contents\n" }
    )
    const up = await shop.try("up")
    expect(up.status).toBe(0)
    expect(up.stdout).toMatch(/^built-1 +\| hello you$/m)
    expect(up.stdout).toMatch(/^inline-1 +\| contents$/m)
    expect(await gantry.ok("images", "--format", "{{.Repository}}")).toMatch(
      /shop-built\n(.*\n)*shop-inline|shop-inline\n(.*\n)*shop-built/
    )
    await shop.ok("down", "--rmi", "local")
    expect(await gantry.ok("images", "--format", "{{.Repository}}")).toBe("base")
  })

  it("tells programs by JSON what it does, and what went wrong", async () => {
    const shop = files(`services: { app: { image: base, command: sleep 600, stop_grace_period: 0s } }\n`)
    const lines = async (...args: ReadonlyArray<string>) =>
      (
        await gantry.try(
          "compose",
          "--progress",
          "json",
          "-p",
          "shop",
          "-f",
          join(shop.folder, "compose.yaml"),
          ...args
        )
      ).stderr
        .split("\n")
        .flatMap((line): ReadonlyArray<unknown> => (line === "" ? [] : [JSON.parse(line)]))
    expect(await lines("up", "-d")).toEqual([
      { id: "Network shop_default", status: "Creating" },
      { id: "Network shop_default", status: "Created" },
      { id: "Container shop-app-1", status: "Creating" },
      { id: "Container shop-app-1", status: "Created" },
      { id: "Container shop-app-1", status: "Starting" },
      { id: "Container shop-app-1", status: "Started" }
    ])
    expect(await lines("up", "-d", "nobody")).toEqual([{ error: true, message: expect.stringContaining("nobody") }])
    expect(JSON.parse(await shop.ok("images", "--format", "json"))).toMatchObject([
      { ContainerName: "shop-app-1", Repository: "base", Tag: "latest" }
    ])
    await shop.ok("down")
  })

  it("lets services go on that are paused, and starts those that were stopped", async () => {
    const shop = files(`
services:
  one: { image: base, command: sleep 600, stop_grace_period: 0s }
  two: { image: base, command: sleep 600, stop_grace_period: 0s }
`)
    await shop.ok("up", "-d")
    await shop.ok("pause", "one")
    await shop.ok("stop", "two")
    expect(await shop.ok("ps", "-a", "--format", "{{.Service}} {{.State}}")).toBe("one paused\ntwo exited")
    const up = await shop.try("up", "-d")
    expect(up.stderr).toMatch(/one-1 {2}Unpaused/)
    expect(await shop.ok("ps", "--format", "{{.Service}} {{.State}}")).toBe("one running\ntwo running")
    await shop.ok("down")
  })

  it("has as many containers of a service as wished, and says which belong to none any more", async () => {
    const yaml = (name: string) => `services: { ${name}: { image: base, command: sleep 600, stop_grace_period: 0s } }\n`
    const shop = files(yaml("old"))
    await shop.ok("up", "-d", "--scale", "old=3")
    expect(await names()).toEqual(["shop-old-1", "shop-old-2", "shop-old-3"])
    await shop.ok("scale", "old=1")
    expect(await names()).toEqual(["shop-old-1"])
    shop.rewrite(yaml("new"))
    const up = await shop.try("up", "-d")
    expect(up.stderr).toContain("found orphan containers (shop-old-1)")
    await shop.ok("up", "-d", "--remove-orphans")
    expect(await names()).toEqual(["shop-new-1"])
    await shop.ok("down")
  })

  it("gives services their secrets and configs as files that they cannot change", async () => {
    const yaml = (text: string) => `
services:
  app:
    image: base
    command: ["sh", "-c", "cat /run/secrets/* /etc/app.conf /text; ls -ln /text; echo x > /etc/app.conf"]
    secrets: [password, token]
    configs: [{ source: settings, target: /etc/app.conf }, { source: text, uid: "7", mode: 0400 }]
secrets: { password: { file: ./password.txt }, token: { environment: TOKEN } }
configs: { settings: { file: ./app.conf }, text: { content: "${text}\\n" } }
`
    const shop = files(yaml("a text"), {
      ".env": "TOKEN=from-a-file-of-variables\n",
      "password.txt": "secret word\n",
      "app.conf": "a setting\n"
    })
    const up = await shop.try("up", "--exit-code-from", "app", "--no-log-prefix")
    expect(up.status).not.toBe(0)
    expect(up.stdout).toContain("secret word\nfrom-a-file-of-variablesa setting\na text\n-r--------    1 7 ")
    expect(await gantry.ok("inspect", "shop-app-1")).not.toContain("from-a-file-of-variables")
    const before = await idOf("shop-app-1")
    shop.rewrite(yaml("another text"))
    await shop.ok("up", "--no-start")
    expect(await idOf("shop-app-1")).not.toBe(before)
    await shop.ok("down")
  })

  it("copies to all containers of a service, and from the first", async () => {
    const shop = files(`services: { app: { image: base, command: sleep 600, stop_grace_period: 0s, scale: 2 } }\n`, {
      note: "a note\n"
    })
    await shop.ok("up", "-d")
    await shop.ok("cp", join(shop.folder, "note"), "app:/note")
    expect(await gantry.ok("exec", "shop-app-1", "cat", "/note")).toBe("a note")
    expect(await gantry.ok("exec", "shop-app-2", "cat", "/note")).toBe("a note")
    await shop.ok("cp", "--index", "2", join(shop.folder, "note"), "app:/second")
    expect((await gantry.try("exec", "shop-app-1", "cat", "/second")).status).toBe(1)
    await shop.ok("cp", "app:/note", join(shop.folder, "copy"))
    expect(readFileSync(join(shop.folder, "copy"), "utf8")).toBe("a note\n")
    const between = await shop.try("cp", "app:/note", "app:/other")
    expect([between.status, between.stderr]).toEqual([
      1,
      expect.stringContaining("copying between services is not supported")
    ])
    await shop.ok("down")
  })

  it("says everything that is wrong with a file at once, with its place, and does nothing", async () => {
    const shop = files(`services:
  web:
    image: base
    prots: ["80"]
    depends_on: [nobody]
  db:
    image: base
    volumes: ["undeclared:/data"]
`)
    const up = await shop.try("up", "-d")
    expect(up.status).toBe(1)
    expect(up.stderr).toMatch(/compose\.yaml:4(:\d+)?: services\.web\.prots/)
    expect(up.stderr).toMatch(/nobody/)
    expect(up.stderr).toMatch(/undeclared/)
    expect(await gantry.ok("ps", "-aq")).toBe("")
  })

  it("says that no service is wanted where all have profiles that are not", async () => {
    const shop = files(`services: { app: { image: base, profiles: [other] } }\n`)
    const up = await shop.try("up", "-d")
    expect([up.status, up.stderr]).toEqual([1, expect.stringContaining("no service selected")])
  })

  it("knows a project by its name alone where there is no file", async () => {
    const shop = files(`services: { app: { image: base, command: ${polite("app")} } }\n`)
    await shop.ok("up", "-d")
    await gantry.start("logs", "-f", "shop-app-1").says(/is up/)
    const alone = (...args: ReadonlyArray<string>) => gantry.ok("compose", "-p", "shop", ...args)
    expect(JSON.parse(await gantry.ok("compose", "ls", "--format", "json"))).toMatchObject([
      { Name: "shop", Status: "running(1)", ConfigFiles: join(shop.folder, "compose.yaml") }
    ])
    expect(await alone("ps", "--services")).toBe("app")
    expect(await alone("logs", "--no-log-prefix")).toBe("app is up")
    await alone("stop")
    expect(await gantry.ok("ps", "-q")).toBe("")
    await alone("down")
    expect(await names()).toEqual([""])
    const again = await gantry.try("compose", "-p", "shop", "down")
    expect([again.status, again.stderr]).toEqual([0, `Warning: No resource found to remove for project "shop".\n`])
  })

  it("runs the example: a service, and a visitor who comes once it is well", async () => {
    const folder = join(gantry.scratch, "web")
    cpSync(resolve(import.meta.dirname, "../../../../examples/web"), folder, { recursive: true })
    await runProcess([process.execPath, join(folder, "prepare.mjs")], { env: gantry.env })
    const words = ["compose", "--project-directory", folder, "-f", join(folder, "compose.yaml")]
    const up = await gantry.try(...words, "up", "--exit-code-from", "visitor")
    expect(up.status).toBe(0)
    expect(up.stdout).toMatch(/^visitor-1 +\| .*Hello from a service/m)
    await gantry.ok(...words, "down", "--rmi", "local")
  })

  it("answers as docker compose when it is called docker", async () => {
    const links = join(gantry.scratch, "links")
    mkdirSync(links, { recursive: true })
    symlinkSync(programPath, join(links, "docker"))
    const folder = gantry.context({
      "compose.yaml": `version: "3"\nservices: { app: { image: base, command: "true" } }\n`
    })
    const docker = (...args: ReadonlyArray<string>) =>
      runProcess([join(links, "docker"), "compose", ...args], { env: gantry.env, cwd: folder })
    expect(await docker("version", "--short")).toMatch(/^2\.\d+\.\d+\n$/)
    await docker("up", "-d", "--quiet-pull")
    expect(await docker("ps", "-a", "--format", "{{.Service}}")).toBe("app\n")
    expect(await docker("config", "--services")).toBe("app\n")
    symlinkSync(programPath, join(links, "docker-compose"))
    const asked = (...args: ReadonlyArray<string>) =>
      startProcess([join(links, "docker"), "compose", ...args], { env: gantry.env, cwd: folder, input: "" }).ended
    // What has no effect is said by what makes something of the files, not by what looks at containers.
    expect(await asked("config", "-q")).toMatchObject({
      stderr: "gantry: version has no effect; it can be left out.\n"
    })
    expect(await asked("ps", "-q")).toMatchObject({ stdout: "", stderr: "" })
    expect(await asked("exec", "nobody", "true")).toMatchObject({ status: 1, stderr: "no such service: nobody\n" })
    expect(await asked("--project-directory", "/proc/1/ns", "ps")).toMatchObject({
      status: 1,
      stderr: "no configuration file provided: not found\n"
    })
    const standalone = [join(links, "docker-compose"), "ps", "-a", "--services"]
    expect(await runProcess(standalone, { env: gantry.env, cwd: folder })).toBe("app\n")
    await docker("down")
  })
})

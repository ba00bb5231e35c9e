import { ComposeFileError } from "@gantry/compose/ComposeFileError"
import { ImageNotFound } from "@gantry/core/registry/RegistryError"
import { NameTaken, NoSuchContainer, NoSuchImage, WrongState } from "@gantry/engine/EngineError"
import { describe, expect, it } from "vitest"
import { imagetoolsInspect } from "../../src/argv/tables/manifests.ts"
import { run } from "../../src/argv/tables/run.ts"
import { Usage } from "../../src/commands/Usage.ts"
import { complaint } from "../../src/show/complaint.ts"
import type { Failure } from "../../src/show/explain.ts"
import { askedBy, calledBy, processTerminal, type Terminal } from "../../src/terminal.ts"

const terminal = (program: Terminal["program"], stderrIsTerminal = false): Terminal => ({
  ...processTerminal(),
  program,
  stderrIsTerminal,
  env: { NO_COLOR: "1" }
})

describe("a complaint", () => {
  const missing = new NoSuchContainer({ name: "wbe", near: ["web"] })

  it("says what failed and what to do", () => {
    expect(complaint(missing, terminal("gantry"))).toBe("gantry: No such container: wbe\n  try: did you mean web?\n")
  })

  it("is docker's line alone where the program is called docker and nobody looks", () => {
    expect(complaint(missing, terminal("docker"))).toBe("Error response from daemon: No such container: wbe\n")
  })

  it("is no daemon's of what docker does without one", () => {
    const asked = { command: imagetoolsInspect, words: ["buildx", "imagetools", "inspect"] }
    expect(complaint(new ImageNotFound({ reference: "a:1" }), terminal("docker"), asked)).toBe(
      "ERROR: a:1: not found\n"
    )
  })

  it("of Compose files has all that is wrong, and docker compose's word for one that is not there", () => {
    const problems = [
      { file: "compose.yaml", line: 3, path: "services.web", message: "one" },
      { path: "", message: "no such service: db" }
    ]
    expect(complaint(new ComposeFileError({ problems }), terminal("docker"))).toBe(
      "compose.yaml:3: services.web: one\nno such service: db\n"
    )
    const none = new ComposeFileError({ problems: [{ path: "", message: "there is none", isMissing: true }] })
    expect(complaint(none, terminal("docker"))).toBe("no configuration file provided: not found\n")
    expect(complaint(none, terminal("gantry"))).toContain("gantry: there is none\n")
  })

  it("tells people what to do, whatever the program is called", () => {
    expect(complaint(missing, terminal("docker", true))).toBe(
      "Error response from daemon: No such container: wbe\n  try: did you mean web?\n"
    )
  })

  it("lets nobody whose words it repeats write to the terminal", () => {
    const hostile = new NoSuchContainer({ name: "a\u001b[2J\u001b]0;title\u0007\u202eb", near: [] })
    for (const program of ["gantry", "docker"] as const) {
      expect(complaint(hostile, terminal(program))).toContain("No such container: ab\n")
    }
  })

  const asDocker: ReadonlyArray<readonly [string, Failure]> = [
    ["No such image: web:latest", new NoSuchImage({ reference: "web", near: [] })],
    ["No such image: host:5000/web:latest", new NoSuchImage({ reference: "host:5000/web", near: [] })],
    ["No such image: web:1", new NoSuchImage({ reference: "web:1", near: [] })],
    [
      "You cannot remove a running container abc. Stop the container before attempting removal or force remove",
      new WrongState({ container: "web", id: "abc", verb: "remove", why: "container is running" })
    ],
    [
      "Container web is paused, unpause the container before exec",
      new WrongState({ container: "web", id: "abc", verb: "exec in", why: "container is paused" })
    ],
    [
      "Container abc is not running",
      new WrongState({ container: "web", id: "abc", verb: "exec in", why: "container is not running" })
    ]
  ]
  it.each(asDocker)("called docker: %s", (text, failure) => {
    expect(complaint(failure, terminal("docker"))).toBe(`Error response from daemon: ${text}\n`)
  })

  it("of docker run begins with its name and ends with its help", () => {
    const asked = { command: run, words: ["run"] }
    const help = "\n\nRun 'docker run --help' for more information\n"
    expect(complaint(new NameTaken({ name: "web", holder: "abc" }), terminal("docker"), asked)).toBe(
      'docker: Error response from daemon: Conflict. The container name "/web" is already in use by container "abc". ' +
        `You have to remove (or rename) that container to be able to reuse that name.${help}`
    )
    const value = { message: "invalid argument: no port", status: 125, reason: "no port" }
    expect(complaint(new Usage({ ...value, speaker: "client" }), terminal("docker"), asked)).toBe(
      `docker: no port${help}`
    )
    expect(complaint(new Usage({ message: "bad", status: 125, speaker: "flag" }), terminal("docker"), asked)).toBe(
      `bad\n\nUsage:  docker run [OPTIONS] IMAGE [COMMAND] [ARG...]${help}`
    )
  })
})

describe("the name a program is called by", () => {
  it("is docker's through a link of that name, compiled or run by something else", () => {
    expect(calledBy("/usr/local/bin/docker", "/$bunfs/root/gantry")).toBe("docker")
    expect(calledBy("docker", undefined)).toBe("docker")
    expect(calledBy("/usr/bin/docker-compose", undefined)).toBe("docker")
    expect(askedBy(["up"], "/usr/bin/docker-compose", undefined)).toEqual(["compose", "up"])
    expect(askedBy(["up"], "docker", undefined)).toEqual(["up"])
    expect(calledBy("node", "/usr/local/bin/docker")).toBe("docker")
    expect(calledBy("/opt/docker/gantry", "/$bunfs/root/gantry")).toBe("gantry")
  })
})

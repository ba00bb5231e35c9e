import { gzipSync } from "node:zlib"
import { execFileSync } from "node:child_process"
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { loadSyscalls } from "@gantry/linux/load"
import { describe, expect, it } from "vitest"
import { useGantry } from "./host/gantry.ts"
import { stepsOf } from "./host/progress.ts"

describe("a Dockerfile", () => {
  const gantry = useGantry()
  const config = async (name: string) => JSON.parse(await gantry.field(name, "{{json .Config}}"))

  it("copies from an earlier stage, and does not build a stage that nobody needs", async () => {
    const { stderr } = await gantry.build(
      "staged",
      `FROM base AS maker
RUN mkdir /out && echo made > /out/file
FROM base AS unused
RUN exit 1
FROM base
COPY --from=maker /out /in
COPY --from=0 /out/file /second
`
    )
    expect(stderr).not.toContain("exit 1")
    expect(await gantry.ok("run", "--rm", "staged", "cat", "/in/file", "/second")).toBe("made\nmade")
  })

  it("is checked without being built: status 1 with every warning, 0 without any", async () => {
    const checked = async (text: string, ...more: ReadonlyArray<string>) => {
      const directory = gantry.context({ Dockerfile: text })
      return gantry.try("build", ...(more.length === 0 ? ["--check"] : more), directory)
    }
    const clean = 'FROM base AS one\nARG MODE=a\nRUN --mount=type=secret,id=token exit 1\nCMD ["true"]\n'
    expect(await checked(clean)).toMatchObject({
      status: 0,
      stdout: "Check complete, no warnings found.\n",
      stderr: ""
    })
    const found = await checked(clean.replace('["true"]', "true").replace("MODE=a", "MODE=$NONE"))
    expect(found.status).toBe(1)
    expect(found.stdout).toMatch(/NONE[^]*UndefinedVar[^]*JSONArgsRecommended[^]*2 warnings have been found!\n$/)
    const leftOut = gantry.context({
      Dockerfile:
        "FROM base\nARG NAME=log\nCOPY a.$NAME b none* /\nCOPY --from=base /a.log /\nADD http://localhost:1/a.log /\n",
      ".dockerignore": "# all of them\n*.log\n",
      "a.log": "",
      b: ""
    })
    const ignored = await gantry.try("build", "--check", leftOut)
    expect(ignored.status).toBe(1)
    expect(ignored.stdout.match(/\(CopyIgnoredFile\)/g)).toHaveLength(1)
    expect(ignored.stdout).toMatch(/:3:1: warning: a\.log is left out .* line 2 of the ignore file: \*\.log/)
    const skipped = await gantry.try(
      "build",
      "--check",
      "--build-arg",
      "BUILDKIT_DOCKERFILE_CHECK=skip=CopyIgnoredFile",
      leftOut
    )
    expect(skipped.status).toBe(0)
    const json = await checked("FROM base\nrun true\n", "--call=check,format=json")
    expect(json.status).toBe(1)
    expect(JSON.parse(json.stdout).warnings).toMatchObject([
      { ruleName: "ConsistentInstructionCasing", location: { ranges: [{ start: { line: 2 } }] } }
    ])
    // Of what a base sets that is not here nothing can be said.
    const foreign = await checked("FROM localhost:1/none\nENV A=$B\n")
    expect(foreign).toMatchObject({ status: 0, stderr: expect.stringContaining("localhost:1/none") })
    expect(JSON.parse((await checked(clean, "--call", "outline,format=json", "--build-arg", "MODE=b")).stdout)).toEqual(
      {
        name: "one",
        args: [{ name: "MODE", value: "b" }],
        secrets: [{ name: "token", required: false }],
        ssh: []
      }
    )
    expect((await checked(clean, "--call=targets")).stdout).toContain("one (default)")
    expect(await checked("FRM base\n")).toMatchObject({ status: 1, stdout: "" })
  })

  it("builds and runs what has one layer twice", async () => {
    const directory = gantry.context({
      Dockerfile: "FROM base\nCOPY a /a\nRUN rm /a\nCOPY a /a\nRUN cat /a > /seen\n",
      a: "same"
    })
    await gantry.ok("build", "-t", "again", directory)
    const { Layers } = JSON.parse(await gantry.field("again", "{{json .RootFS}}"))
    expect(new Set(Layers).size).toBe(Layers.length - 1)
    expect(await gantry.ok("run", "--rm", "again", "cat", "/seen", "/a")).toBe("samesame")
  })

  it.each([
    ["RUN touch /.wh.a", "no image can hold /.wh.a: .wh. before a name says in a layer that it is gone"],
    ["COPY .wh.a /d/", "no image can hold /d/.wh.a: .wh. before a name"],
    ["RUN touch \"/$(printf 'a\\377')\"", "no image can hold /a\ufffd: it is not UTF-8: give it another name"]
  ])("refuses what no layer can hold: %s", async (instruction, why) => {
    const directory = gantry.context({ Dockerfile: `FROM base\n${instruction}\n`, ".wh.a": "" })
    const { status, stderr } = await gantry.try("build", directory)
    expect([status, stderr]).toEqual([1, expect.stringContaining(`why: ${why}`)])
  })

  it("stops at --target", async () => {
    const directory = gantry.context({
      Dockerfile: "FROM base AS one\nRUN echo 1 > /which\nFROM one AS two\nRUN echo 2 > /which\nLABEL last=yes\n"
    })
    await gantry.ok("build", "--target", "one", "-t", "targeted", directory)
    expect(await gantry.ok("run", "--rm", "targeted", "cat", "/which")).toBe("1")
    const wrong = await gantry.try("build", "--target", "tow", directory)
    expect(wrong.status).not.toBe(0)
    expect(wrong.stderr).toMatch(/tow/)
  })

  it("gives ARG to the build and ENV to the container too", async () => {
    const directory = gantry.context({
      Dockerfile: `ARG BASE=nothing
FROM $BASE
ARG VERSION=1
ARG UNSET
ENV TOLD=\${VERSION}-\${UNSET:-none} OTHER="two words"
RUN echo "$VERSION $TOLD $BASE." > /seen
CMD echo "$VERSION.$TOLD.$OTHER"
`
    })
    await gantry.ok("build", "--build-arg", "BASE=base", "--build-arg", "VERSION=7", "-t", "args", directory)
    expect(await gantry.ok("run", "--rm", "args", "cat", "/seen")).toBe("7 7-none .")
    expect(await gantry.ok("run", "--rm", "args")).toBe(".7-none.two words")
  })

  it("runs only the steps that read a changed build argument, and what follows", async () => {
    const directory = gantry.context({
      Dockerfile: "FROM base\nRUN echo above\nARG V=1\nRUN echo $V\nRUN echo below\n"
    })
    await gantry.ok("build", directory)
    const { stderr } = await gantry.try("build", "--build-arg", "V=2", directory)
    expect(
      stepsOf(stderr)
        .filter(({ instruction }) => instruction.startsWith("RUN"))
        .map(({ cached }) => cached)
    ).toEqual([true, false, false])
  })

  it("keeps USER, WORKDIR, LABEL, EXPOSE, VOLUME, STOPSIGNAL, ENTRYPOINT and CMD in the image", async () => {
    await gantry.build(
      "configured",
      `FROM base
LABEL a=1 b="two words"
LABEL a=3
WORKDIR /srv
WORKDIR data
USER app
EXPOSE 80 53/udp
VOLUME ["/keep", "/more"]
STOPSIGNAL SIGINT
ENTRYPOINT ["echo", "entry"]
CMD ["and", "cmd"]
`
    )
    const found = await config("configured")
    expect(found).toMatchObject({
      Labels: { a: "3", b: "two words" },
      WorkingDir: "/srv/data",
      User: "app",
      ExposedPorts: { "80/tcp": {}, "53/udp": {} },
      Volumes: { "/keep": {}, "/more": {} },
      StopSignal: "SIGINT",
      Entrypoint: ["echo", "entry"],
      Cmd: ["and", "cmd"]
    })
    expect(await gantry.ok("run", "--rm", "configured")).toBe("entry and cmd")
    expect(await gantry.ok("run", "--rm", "configured", "other")).toBe("entry other")
    expect(await gantry.ok("run", "--rm", "--entrypoint", "pwd", "configured")).toBe("/srv/data")
    expect(await gantry.ok("run", "--rm", "--entrypoint", "id", "configured", "-un")).toBe("app")
  })

  it("wraps the shell forms of ENTRYPOINT and CMD in the shell", async () => {
    await gantry.build("shellcmd", "FROM base\nENV WHO=cmd\nCMD echo from $WHO\n")
    expect((await config("shellcmd")).Cmd).toEqual(["/bin/sh", "-c", "echo from $WHO"])
    expect(await gantry.ok("run", "--rm", "shellcmd")).toBe("from cmd")
    await gantry.build("shellentry", 'FROM base\nENTRYPOINT echo only this\nCMD ["never"]\n')
    expect(await gantry.ok("run", "--rm", "shellentry", "ignored")).toBe("only this")
  })

  it("drops the CMD of the base when it sets an ENTRYPOINT", async () => {
    await gantry.build("cleared", 'FROM base\nENTRYPOINT ["echo", "nothing more"]\n')
    expect((await config("cleared")).Cmd).toBeNull()
    expect(await gantry.ok("run", "--rm", "cleared")).toBe("nothing more")
  })

  it("runs RUN as USER in WORKDIR, and makes the directory", async () => {
    await gantry.build(
      "placed",
      "FROM base\nWORKDIR /work/deep\nRUN pwd > where && chmod 777 .\nUSER app\nRUN id -un > who; id -G > groups\n"
    )
    expect(await gantry.ok("run", "--rm", "placed", "cat", "where", "who", "groups")).toBe("/work/deep\napp\n1000 2000")
  })

  it("reads .dockerignore, where the last match wins", async () => {
    const directory = gantry.context({
      Dockerfile: "FROM base\nCOPY . /ctx\nRUN cd /ctx && find . -type f | sort > /list\n",
      ".dockerignore": "# not sent\n*.log\n!keep.log\n**/tmp\n/secret/\nDockerfile\n",
      "a.txt": "",
      "a.log": "",
      "keep.log": "",
      "deep/tmp/x": "",
      "deep/y.log": "",
      "secret/key": ""
    })
    await gantry.ok("build", "-t", "ignored", directory)
    expect((await gantry.ok("run", "--rm", "ignored", "cat", "/list")).split("\n")).toEqual([
      "./.dockerignore",
      "./a.txt",
      "./deep/y.log",
      "./keep.log"
    ])
    // What is ignored does not count for the cache either.
    writeFileSync(join(directory, "a.log"), "changed")
    const { stderr } = await gantry.try("build", directory)
    expect(stepsOf(stderr).every(({ cached }) => cached)).toBe(true)
  })

  it("unpacks a local archive with ADD, and copies it with COPY", async () => {
    const source = gantry.context({ "inner/file": "packed\n" })
    const archive = execFileSync("tar", ["-C", source, "-cf", "-", "inner"])
    await gantry.build("added", "FROM base\nADD in.tar.gz /add/\nCOPY in.tar.gz /copy/\n", {
      "in.tar.gz": gzipSync(archive)
    })
    expect(await gantry.ok("run", "--rm", "added", "find", "/add", "/copy", "-type", "f")).toBe(
      "/add/inner/file\n/copy/in.tar.gz"
    )
  })

  it("obeys --chown and --chmod", async () => {
    await gantry.build(
      "owned",
      `FROM base
COPY --chown=app:extra --chmod=640 file /one
COPY --chown=12:34 file /two
COPY --chown=app file /three
COPY file /four
`,
      { file: "x" }
    )
    expect(await gantry.ok("run", "--rm", "owned", "stat", "-c", "%u:%g %a", "/one", "/two", "/three", "/four")).toBe(
      "1000:2000 640\n12:34 644\n1000:1000 644\n0:0 644"
    )
    const unknown = await gantry.try(
      "build",
      gantry.context({ Dockerfile: "FROM base\nCOPY --chown=nobody file /\n", file: "" })
    )
    expect(unknown.status).not.toBe(0)
    expect(unknown.stderr).toContain("nobody")
  })

  it("keeps the capabilities of a file, and copies it again when they change", async () => {
    const sys = await loadSyscalls()
    const directory = gantry.context({
      Dockerfile: "FROM scratch\nCOPY tool /\nCOPY --chown=1 tool /own/\n",
      tool: "x"
    })
    chmodSync(join(directory, "tool"), 0o755)
    const set = (right: number) =>
      // Spec: linux/capability.h, struct vfs_cap_data of revision 2, effective.
      sys.lsetxattr(
        join(directory, "tool"),
        "security.capability",
        Uint8Array.of(1, 0, 0, 2, 0, right, ...Array<number>(14).fill(0))
      )
    const carried = async () => {
      const archive = join(gantry.scratch, "capable.tar")
      const { stderr } = await gantry.try("build", "-o", `type=tar,dest=${archive}`, directory)
      const attributes = readFileSync(archive, "latin1").match(/SCHILY\.xattr\.security\.capability=[^]{6}/g) ?? []
      return {
        ran: stepsOf(stderr).filter(({ cached }) => !cached).length === 2,
        rights: attributes.map((each) => each.charCodeAt(each.length - 1))
      }
    }
    set(0x20)
    expect((await carried()).rights).toEqual([0x20, 0x20])
    set(0x40)
    expect(await carried()).toEqual({ ran: true, rights: [0x40, 0x40] })
    expect((await carried()).ran).toBe(false)
  })

  it("knows several sources, patterns and directories in COPY", async () => {
    await gantry.build(
      "copied",
      "FROM base\nCOPY a.txt b.txt /both/\nCOPY *.md /notes/\nCOPY dir /dir\nCOPY a.txt /renamed\n",
      {
        "a.txt": "a",
        "b.txt": "b",
        "one.md": "1",
        "two.md": "2",
        "dir/sub/c": "c"
      }
    )
    expect(await gantry.ok("run", "--rm", "copied", "sh", "-c", "find /both /notes /dir /renamed -type f | sort")).toBe(
      "/both/a.txt\n/both/b.txt\n/dir/sub/c\n/notes/one.md\n/notes/two.md\n/renamed"
    )
  })

  it("takes a Dockerfile of any name with -f, or from standard input", async () => {
    const directory = gantry.context({ "make/Other": "FROM base\nCMD echo other\n" })
    mkdirSync(join(directory, "x"))
    await gantry.ok("build", "-f", join(directory, "make/Other"), "-t", "named", directory)
    expect(await gantry.ok("run", "--rm", "named")).toBe("other")
    const piped = await gantry.tryWith("FROM base\nCMD echo piped\n", "build", "-f", "-", "-t", "piped", directory)
    expect(piped).toMatchObject({ status: 0 })
    expect(await gantry.ok("run", "--rm", "piped")).toBe("piped")
  })

  it("runs heredocs, and copies them", async () => {
    await gantry.build(
      "here",
      `FROM base
ARG NAME=reader
RUN <<EOF
set -e
echo first > /one
echo second >> /one
EOF
COPY <<EOF /two
hello $NAME
EOF
COPY <<'EOF' /three
hello $NAME
EOF
`
    )
    expect(await gantry.ok("run", "--rm", "here", "cat", "/one", "/two", "/three")).toBe(
      "first\nsecond\nhello reader\nhello $NAME"
    )
  })

  it("removes files of lower layers, and directories with what is in them", async () => {
    await gantry.build(
      "removed",
      "FROM base\nRUN mkdir /d && echo old > /d/old && echo f > /f\nRUN rm -r /d /f && mkdir /d && echo new > /d/new\n"
    )
    expect(await gantry.ok("run", "--rm", "removed", "sh", "-c", "ls /d; ls /f 2>&1 | wc -l")).toBe("new\n1")
    await gantry.build("onremoved", "FROM removed\nRUN ls /d > /seen\n")
    expect(await gantry.ok("run", "--rm", "onremoved", "cat", "/seen")).toBe("new")
  })

  it("builds FROM scratch an image that has nothing", async () => {
    await gantry.build("empty", "FROM scratch\nCOPY hello /\nLABEL only=one\n", { hello: "hi" })
    expect(JSON.parse(await gantry.field("empty", "{{json .RootFS.Layers}}"))).toHaveLength(1)
    const outcome = await gantry.try("run", "--rm", "empty", "/hello")
    expect(outcome.status).toBe(126)
  })
})

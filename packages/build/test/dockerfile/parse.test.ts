import * as Either from "effect/Either"
import { describe, expect, it } from "vitest"
import { parse } from "../../src/dockerfile/parse.ts"
import { print } from "./print.ts"

const read = (text: string) => Either.getOrThrowWith(parse(text), (found) => new Error(JSON.stringify(found, null, 1)))
/** The instructions after `FROM a`. */
const after = (text: string) => read(`FROM a\n${text}`).stages[0].instructions
const one = (text: string) => after(text)[0]!
const printed = (text: string) => print(one(text))
const reported = (text: string) =>
  Either.match(parse(text), { onLeft: (all) => all, onRight: ({ warnings }) => warnings })
const problems = (text: string) => reported(text).map(({ code }) => code)
const problem = (line: string) => problems(`FROM a\n${line}\n`)

describe("stages", () => {
  it("begin at FROM, and only ARG may stand before", () => {
    const { globalArgs, stages } = read("ARG v=1\nFROM --platform=$P a:$v AS Base\nRUN x\nfrom base\nUSER y")
    expect(globalArgs).toMatchObject([{ args: [{ name: "v", default: "1" }] }])
    expect(stages).toMatchObject([
      { index: 0, name: "base", from: { image: "a:$v", platform: "$P", as: "base" }, instructions: [{ _tag: "Run" }] },
      { index: 1, from: { image: "base" }, instructions: [{ _tag: "User" }] }
    ])
    expect(Object.hasOwn(stages[1]!, "name")).toBe(false)
  })

  it("keep their names in lower case; of two with one name the later wins, with a warning", () => {
    expect(problems("FROM a AS x\nFROM b AS x\n")).toEqual(["duplicate-stage-name"])
    expect(problems("FROM a AS x\nFROM b AS X\n").toSorted()).toEqual(["duplicate-stage-name", "stage-casing"])
  })

  it.each([
    ["", ["no-from"]],
    ["# nothing\n", ["no-from"]],
    ["ARG a\n", ["no-from"]],
    ["RUN x\nUSER y\nFROM a\n", ["no-from"]],
    ["FROM\nRUN x\n", ["missing-arguments"]],
    ["FROM a b\n", ["bad-from"]],
    ["FROM a to b\n", ["bad-from"]],
    ["FROM a AS 1x\n", ["bad-stage-name"]],
    ["FROM a AS scratch\n", ["reserved-stage-name"]]
  ])("are checked: %j", (file, codes) => expect(problems(file)).toEqual(codes))
})

describe("commands", () => {
  it.each([
    ['RUN echo  $x "y"', '(run "echo  $x \\"y\\"")'],
    ['run ["a", "b c"]', '(run ["a" "b c"])'],
    ["RUN [ -f x ] && echo y", '(run "[ -f x ] && echo y")'],
    ['CMD ["a"]', '(cmd ["a"])'],
    ["CMD a b", '(cmd "a b")'],
    ["CMD []", "(cmd [])"],
    ["ENTRYPOINT a", '(entrypoint "a")'],
    ['SHELL ["/bin/bash", "-c"]', '(shell "/bin/bash" "-c")'],
    ["RUN a \\\n  # dropped\n  b", '(run "a   b")'],
    ["HEALTHCHECK NONE", '(healthcheck "NONE")'],
    ["HEALTHCHECK --retries=3 CMD curl x", '(healthcheck ["--retries=3"] "CMD" "curl x")'],
    ['healthcheck cmd ["a", "b"]', '(healthcheck "CMD" ["a" "b"])'],
    ["RUN <<E\na\nE", '(run "<<E" (heredoc "E" "a\\n"))']
  ])("%j reads as %s", (text, expected) => expect(printed(text)).toBe(expected))

  it("take invalid JSON for shell form and warn only where JSON was meant", () => {
    expect(problem("RUN ['a', 'b']")).toEqual(["exec-form-invalid"])
    expect(problem('CMD ["a", "b"')).toEqual(["exec-form-invalid"])
    expect(problem('RUN [ "$a" = b ] || exit 1')).toEqual([])
    expect(one("CMD ['a']")).toMatchObject({ command: { form: "shell", line: "['a']" } })
  })

  it.each([
    ["RUN", ["missing-arguments"]],
    ["RUN []", ["missing-arguments"]],
    ["RUN [1]", ["exec-form-not-strings"]],
    ["SHELL bash -c", ["shell-not-json"]],
    ["SHELL []", ["missing-arguments"]],
    ["RUN --network=nowhere x", ["bad-network"]],
    ["RUN --security=x y", ["bad-security"]],
    ["RUN --mont=x y", ["unknown-flag"]],
    ["RUN --mount y", ["missing-flag-value"]],
    ["RUN --mount=type=bnd,target=/x y", ["bad-mount"]],
    ["RUN --mount=type=cache y", ["bad-mount"]],
    ["RUN --mount=from=$x,target=/x y", ["bad-mount"]],
    ['CMD --x ["y"]', ["unknown-flag"]],
    ['CMD ["a"]\nCMD ["b"]', ["repeated-instruction"]],
    ['ENTRYPOINT ["a"]\nENTRYPOINT ["b"]', ["repeated-instruction"]],
    ['CMD ["a"]\nFROM b\nCMD ["c"]', []],
    ["CMD a", ["shell-form-start"]],
    ['SHELL ["/bin/bash", "-c"]\nENTRYPOINT a', []],
    ["HEALTHCHECK", ["missing-arguments"]],
    ["HEALTHCHECK NONE x", ["too-many-arguments"]],
    ["HEALTHCHECK CMD", ["missing-arguments"]],
    ["HEALTHCHECK curl x", ["unknown-health-check"]],
    ["HEALTHCHECK --interval=5 CMD x", ["bad-duration"]],
    ["HEALTHCHECK --timeout=1us CMD x", ["bad-duration"]],
    ["HEALTHCHECK --retries=-1 CMD x", ["bad-flag-value"]]
  ])("are checked: %j", (line, codes) => expect(problem(line)).toEqual(codes))

  it("have durations in nanoseconds", () => {
    expect(
      one("HEALTHCHECK --interval=1m30s --timeout=1.5s --start-period=0 --start-interval=500ms CMD x")
    ).toMatchObject({
      check: {
        interval: 90e9,
        timeout: 1.5e9,
        startPeriod: 0,
        startInterval: 5e8,
        command: { form: "shell", line: "x" }
      }
    })
  })

  it("of RUN keep mounts, network and security", () => {
    expect(
      one("RUN --mount=target=/a --mount=type=cache,target=$HOME --network=none --security=insecure x")
    ).toMatchObject({
      mounts: [
        { text: "target=/a" },
        {
          fields: [
            { key: "type", value: "cache" },
            { key: "target", value: "$HOME" }
          ]
        }
      ],
      network: "none",
      security: "insecure",
      command: { line: "x" }
    })
  })
})

describe("COPY and ADD", () => {
  it.each([
    ["COPY a b /c/", '(copy "a" "b" "/c/")'],
    ["COPY a b .", '(copy "a" "b" ".")'],
    ['COPY ["a b", "c/"]', '(copy "a b" "c/")'],
    ["COPY --from=x --link --chown=1:1 a $b", '(copy ["--from=x" "--link" "--chown=1:1"] "a" "$b")'],
    ['COPY --chown="1:1" a b', '(copy ["--chown=1:1"] "a" "b")'],
    ["COPY -- --a b", '(copy "--a" "b")'],
    [
      "ADD --checksum=sha256:" + "0".repeat(64) + " http://x/y z",
      `(add ["--checksum=sha256:${"0".repeat(64)}"] "http://x/y" "z")`
    ],
    ["COPY <<a <<'b' c /d/\n1\na\n2\nb", '(copy "c" (heredoc "a" "1\\n") (raw-heredoc "b" "2\\n") "/d/")'],
    ["COPY << E /f\nx\nE", '(copy (heredoc "E" "x\\n") "/f")']
  ])("%j reads as %s", (text, expected) => expect(printed(text)).toBe(expected))

  it("know all their flags", () => {
    expect(one("COPY --parents --link=false --exclude=*.a --exclude=b --chmod=u=rwX,go=rX a b")).toMatchObject({
      parents: true,
      link: false,
      exclude: ["*.a", "b"],
      chmod: "u=rwX,go=rX"
    })
    expect(one("ADD --keep-git-dir --unpack=false --chmod=$m a b")).toMatchObject({ keepGitDir: true, unpack: false })
  })

  it.each([
    ["COPY", ["missing-arguments"]],
    ["COPY a", ["missing-arguments"]],
    ["COPY a b c", ["destination-not-directory"]],
    ["COPY a b $c", []],
    ["COPY [1, 2]", ["exec-form-not-strings"]],
    ["COPY ['a', 'b']", ["exec-form-invalid"]],
    ["COPY [abc].txt d/", []],
    ["COPY https://example.com/a /b", ["address-in-copy"]],
    ["COPY --from=x https://a /b", []],
    ["COPY --from=$x a b", ["variable-in-from"]],
    ["COPY --from= a b", ["bad-flag-value"]],
    ["COPY --link=maybe a b", ["bad-flag-value"]],
    ["COPY --link --link a b", ["repeated-flag"]],
    ["COPY --chmod=999 a b", ["bad-chmod"]],
    ["COPY --chmod=+x a b", []],
    ["COPY --checksum=x a b", ["unknown-flag"]],
    ["ADD --from=x a b", ["unknown-flag"]],
    ["ADD --checksum=nope a b", ["bad-checksum"]],
    ["COPY a <<E\nE", ["heredoc-destination"]],
    ["COPY --from=x <<E b\nE", ["heredoc-with-from"]]
  ])("are checked: %j", (line, codes) => expect(problem(line)).toEqual(codes))
})

describe("names and values", () => {
  it.each([
    ["ENV a=1 b=\"2 3\" c='4' d=5\\ 6", '(env "a" "1" "b" "\\"2 3\\"" "c" "\'4\'" "d" "5\\\\ 6")'],
    ["ENV a='x\\' b=c", '(env "a" "\'x\\\\\'" "b" "c")'],
    ["ENV a b  c=d", '(env "a" "b  c=d")'],
    ["ENV a=", '(env "a" "")'],
    ["ENV a=b=c", '(env "a" "b=c")'],
    ['LABEL "a.b"="c" d=e', '(label "\\"a.b\\"" "\\"c\\"" "d" "e")'],
    ["ARG a b=1 c=", '(arg "a" "b=1" "c=")'],
    ["EXPOSE 80 53/udp 8000-8010 $p", '(expose "80" "53/udp" "8000-8010" "$p")'],
    ['VOLUME ["/a b"]', '(volume "/a b")'],
    ["VOLUME /a /b", '(volume "/a" "/b")'],
    ["WORKDIR /a b", '(workdir "/a b")'],
    ["USER $u:$g", '(user "$u:$g")'],
    ["STOPSIGNAL 9", '(stopsignal "9")'],
    ["MAINTAINER me <m@e>", '(maintainer "me <m@e>")'],
    ["ONBUILD COPY . /x", '(onbuild (copy "." "/x"))'],
    ["ONBUILD RUN --network=none <<E\na\nE", '(onbuild (run ["--network=none"] "<<E" (heredoc "E" "a\\n")))']
  ])("%j reads as %s", (text, expected) => expect(printed(text)).toBe(expected))

  it("of ONBUILD are kept as the config will hold them", () => {
    expect(one("onbuild  run <<E\na\nE")).toMatchObject({ trigger: "run <<E\na\nE" })
  })

  it.each([
    ["ENV", ["missing-arguments"]],
    ["ENV a", ["missing-arguments"]],
    ["ENV a=1 b", ["missing-equals"]],
    ["ENV =1", ["blank-name"]],
    ["ENV a b", ["legacy-pair"]],
    ["ENV GITHUB_TOKEN=x KEYBOARD=y PUBLIC_KEY=z", ["secret-in-image"]],
    ["ARG db_password", ["secret-in-image"]],
    ["LABEL a b", ["legacy-pair"]],
    ["ARG", ["missing-arguments"]],
    ["ARG =1", ["blank-name"]],
    ["EXPOSE", ["missing-arguments"]],
    ["EXPOSE x", ["bad-port"]],
    ["EXPOSE 70000", ["bad-port"]],
    ["EXPOSE 90-80", ["bad-port"]],
    ["VOLUME", ["missing-arguments"]],
    ['VOLUME [""]', ["blank-path"]],
    ["WORKDIR", ["missing-arguments"]],
    ["USER", ["missing-arguments"]],
    ["STOPSIGNAL", ["missing-arguments"]],
    ["MAINTAINER x", ["maintainer-deprecated"]],
    ["ONBUILD", ["missing-arguments"]],
    ["ONBUILD ONBUILD RUN x", ["bad-trigger"]],
    ["ONBUILD FROM x", ["bad-trigger"]],
    ["ONBUILD maintainer x", ["bad-trigger"]],
    ["ONBUILD RNU x", ["unknown-instruction"]],
    ["NOPE x", ["unknown-instruction"]]
  ])("are checked: %j", (line, codes) => expect(problem(line)).toEqual(codes))
})

import { Effect, Either } from "effect"
import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import { type Diagnostic, render } from "../../src/dockerfile/Diagnostic.ts"
import { parse } from "../../src/dockerfile/parse.ts"
import { lower } from "../../src/graph/lower.ts"
import { build, linux, machine } from "./memory-build.ts"

/** Instructions of which each is wrong by itself, wherever it stands in a stage. */
const wrong = `
FRM alpine|RNU true|COPPY a b|ENTRY x|RUN|CMD [1]|CMD ["a", 1]|ENTRYPOINT [null]|RUN [["a"]]
ENV|ENV a|ENV =b|ENV a=1 b|ENV a=\${b|ENV a=\${b:|ENV a=\${b:-x|ENV a=\${b?gone}|ENV a=\${b:?gone}|ENV a=\${b!x}|ENV a=\${}
ENV a=\${:b}|ENV a="b|ENV a='b|ENV a="\${b:-c|LABEL|LABEL a|LABEL a="b|LABEL =x|ARG|ARG =x|ARG a=\${b|ARG a="b
COPY|COPY a|COPY a b c|COPY ["a"]|COPY [1, 2]|COPY --form=x a b|COPY --from= a b|COPY --from=7 a b|COPY --from=$x a b
COPY --link=maybe a b|COPY --link --link a b|COPY --chmod=99 a b|COPY --chmod=u+q a b|COPY --chmod=77777777 a b
COPY --checksum=x a b|COPY a <<E|COPY <<E /x|COPY --from=x <<E b|COPY "a b" c|COPY 'a b' c|COPY \${a b|COPY a \${b
COPY https://example.com/a /b|COPY --link --chown=app a b|COPY "" b|COPY a ""|COPY --parents=1x a b
ADD|ADD a|ADD a b c|ADD --from=x a b|ADD --checksum=nope a b|ADD --checksum=sha256:00 https://e.org/a b
ADD --checksum=sha256:${"0".repeat(64)} a b|ADD --keep-git-dir=maybe a b|ADD --unpack=perhaps a b
RUN --mount=type=foo true|RUN --mount=type=cache true|RUN --mount=type=bind true|RUN --mount=type=tmpfs true
RUN --mount=type=cache,target=/a,sharing=some true|RUN --mount=type=cache,target=/a,mode=9 true|RUN --mount=target=/a,nope=1 true
RUN --mount=type=cache,target=/a,uid=x true|RUN --mount=type=tmpfs,target=/a,size=much true|RUN --mount= true
RUN --mount=type=secret,required=maybe,id=a true|RUN --mount=from=9,target=/a true|RUN --mount=type=secret true
RUN --network=some true|RUN --network= true|RUN --security=insecure true|RUN --security=odd true|RUN --device=a true
RUN --nope true|RUN <<E|RUN <<-E|RUN <<'E'|RUN cat <<A <<B
EXPOSE|EXPOSE x|EXPOSE 99999|EXPOSE 80/xyz|EXPOSE 90-80|EXPOSE 80-|EXPOSE -1|EXPOSE 8a|EXPOSE 80/tcp/udp|EXPOSE \${p:-x}
VOLUME|VOLUME ""|VOLUME [""]|VOLUME ["/a", ""]|VOLUME [1]|WORKDIR|WORKDIR "/a|WORKDIR \${|USER|USER "a|USER \${a
STOPSIGNAL|STOPSIGNAL FOO|STOPSIGNAL SIGNOPE|STOPSIGNAL 0|STOPSIGNAL 65|STOPSIGNAL -9|STOPSIGNAL 1.5|STOPSIGNAL SIGRTMIN+99
HEALTHCHECK|HEALTHCHECK FOO|HEALTHCHECK CMD|HEALTHCHECK NONE x|HEALTHCHECK --interval=0.5ms CMD x|HEALTHCHECK --interval=x CMD x
HEALTHCHECK --interval=-1s CMD x|HEALTHCHECK --retries=-1 CMD x|HEALTHCHECK --retries=x CMD x|HEALTHCHECK --nope=1 CMD x
HEALTHCHECK --timeout=5 CMD x|HEALTHCHECK --start-period=1y CMD x|HEALTHCHECK --interval=1s|HEALTHCHECK CMD []
SHELL|SHELL []|SHELL /bin/sh|SHELL ["a", 1]|SHELL ["a"|ONBUILD|ONBUILD ONBUILD RUN x|ONBUILD FROM x|ONBUILD MAINTAINER x
ONBUILD RNU x|ONBUILD COPY a|ONBUILD EXPOSE x|ONBUILD HEALTHCHECK FOO|ONBUILD RUN --nope x
FROM|FROM a b|FROM a AS|FROM a AS b c|FROM a AS 1b|FROM a AS b!|FROM --nope a|FROM --platform=a/b/c/d a
FROM --platform=nope a|FROM a/B|FROM a:b:c|FROM a@sha256:0|FROM \${a|FROM "a|FROM a AS -|FROM $undeclared_anywhere|COPY --from=A/B a b|COPY --from=a:b:c a b|RUN --mount=from=a/B,target=/x true
{"a": 1}|<html>|=======|<<<<<<< HEAD|- name: x|#!/bin/sh x`
  .split(/[|\n]/)
  .filter((line) => line !== "" && !line.startsWith("#"))

const right = [
  "ENV A=1 B=2",
  "RUN one",
  "COPY a b",
  "LABEL a=b",
  "# a comment",
  "",
  'CMD ["x"]',
  "RUN two \\\n  three",
  "RUN <<OTHER\nfour\nOTHER",
  "WORKDIR /w",
  "USER app",
  "ARG X=1"
]

/** All that is wrong with a file, whoever notices it. */
const complaints = async (text: string): Promise<ReadonlyArray<Diagnostic>> => {
  const read = Either.flatMap(parse(text), (file) =>
    lower(file, { text, buildArgs: new Map(), platform: linux, buildPlatform: linux })
  )
  if (Either.isLeft(read)) return read.left
  const built = await Effect.runPromise(Effect.either(build(machine(), text, { files: { a: "" } })))
  return Either.isLeft(built) && built.left._tag === "BuildFailed" ? (built.left.diagnostics ?? []) : []
}

const errors = (found: ReadonlyArray<Diagnostic>) => found.filter(({ severity }) => severity === "error")

describe("a malformed Dockerfile", () => {
  it.each(wrong)("is refused where it is wrong: %s", async (line) => {
    const [first] = errors(await complaints(`FROM alpine\n${line}\n`))
    expect(first).toMatchObject({ range: { start: { line: 2 } } })
    expect(first?.message).not.toBe("")
    expect(render("Dockerfile", first!)).toMatch(/^Dockerfile:2:\d+: error: /)
  })

  it("may call an image what none is called where nothing needs it", async () => {
    expect(errors(await complaints("FROM a:b:c AS unused\nFROM alpine\n"))).toEqual([])
  })

  it("is refused for all that is wrong in it, whatever stands around that, two hundred times", async () => {
    const lines = fc.array(fc.oneof({ weight: 2, arbitrary: fc.constantFrom(...right) }, fc.constantFrom(...wrong)), {
      minLength: 1,
      maxLength: 8
    })
    const seen = new Set<string>()
    await fc.assert(
      fc.asyncProperty(
        lines,
        fc.constantFrom("\n", "\r\n"),
        fc.constantFrom("", "  ", "\t"),
        async (body, end, indent) => {
          fc.pre(body.some((line) => wrong.includes(line)))
          const text = ["FROM alpine", ...body.map((line) => indent + line)].join("\n").replaceAll("\n", end)
          const found = errors(await complaints(text))
          expect(found.length).toBeGreaterThan(0)
          const last = text.split("\n").length
          for (const { message, range } of found) {
            expect(message).not.toBe("")
            expect(range.start.line).toBeGreaterThan(1)
            expect(range.end.line).toBeLessThanOrEqual(last)
            expect(range.start.column).toBeGreaterThan(0)
          }
          seen.add(text)
        }
      ),
      { numRuns: 400 }
    )
    expect(seen.size).toBeGreaterThan(200)
  })
})

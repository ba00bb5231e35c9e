import { it } from "@effect/vitest"
import { Effect, Option, Stream } from "effect"
import { describe, expect } from "vitest"
import { make } from "../src/HttpDownloads.ts"
import { type Script, serve } from "./host/scripted.ts"

const downloads = (env: { readonly [name: string]: string } = {}) =>
  make({ env, version: "test", timeout: 60, retry: { base: 1 } })

const got = (host: string, path = "/a", login = "") =>
  Effect.gen(function* () {
    const { get } = yield* downloads()
    const answer = Option.getOrThrow(yield* get(new URL(`http://${login}${host}${path}`)))
    const bytes = yield* Stream.runCollect(answer.body)
    return { ...answer, text: Buffer.concat([...bytes]).toString() }
  }).pipe(Effect.scoped)

const send =
  (text: string, headers: { readonly [name: string]: string } = {}): Script =>
  (_, response) =>
    response.writeHead(200, headers).end(text)

describe("a download", () => {
  it.scopedLive("is the file, with what the server says of it", () =>
    Effect.gen(function* () {
      const { host, seen } = yield* serve(
        send("text", { etag: '"1"', "last-modified": "Thu, 01 Jan 1970 00:01:40 GMT", "content-length": "4" })
      )
      expect(yield* got(host)).toMatchObject({
        text: "text",
        size: 4,
        etag: '"1"',
        lastModified: "Thu, 01 Jan 1970 00:01:40 GMT"
      })
      expect(seen[0]?.headers).toMatchObject({ "user-agent": "gantry/test", "accept-encoding": "identity" })
    })
  )

  it.scopedLive("is not sent when it is still what it was", () =>
    Effect.gen(function* () {
      const { host } = yield* serve((request, response) =>
        request.headers["if-none-match"] === '"1"' && request.headers["if-modified-since"] === "then"
          ? response.writeHead(304).end()
          : response.end("new")
      )
      const { get } = yield* downloads()
      const url = new URL(`http://${host}/a`)
      expect(yield* get(url, { etag: '"1"', lastModified: "then" })).toEqual(Option.none())
      expect(Option.isSome(yield* get(url, { etag: '"2"' }))).toBe(true)
    })
  )

  it.scopedLive("takes a login as it stands whose percent signs are no escapes", () =>
    Effect.gen(function* () {
      const { host, seen } = yield* serve(send("there"))
      yield* got(host, "/a", "me%zz:100%@")
      expect(seen[0]?.headers.authorization).toBe(`Basic ${Buffer.from("me%zz:100%").toString("base64")}`)
    })
  )

  it.scopedLive("follows redirects, and tells no other host the login", () =>
    Effect.gen(function* () {
      const other = yield* serve(send("there"))
      const { host, seen } = yield* serve((_, response) =>
        response.writeHead(302, { location: `http://${other.host}/b` }).end()
      )
      expect((yield* got(host, "/a", "me:p%40ss@")).text).toBe("there")
      expect(seen[0]?.headers.authorization).toBe(`Basic ${Buffer.from("me:p@ss").toString("base64")}`)
      expect(other.seen[0]?.headers.authorization).toBeUndefined()
    })
  )

  it.scopedLive("is tried again after what passes", () =>
    Effect.gen(function* () {
      const { host, seen } = yield* serve((_, response, all) =>
        all.length < 3 ? response.writeHead(503).end() : response.end("at last")
      )
      expect((yield* got(host)).text).toBe("at last")
      expect(seen.length).toBe(3)
    })
  )

  for (const [status, why] of [
    [404, "the server has no such file (404)"],
    [401, "the server does not let us have it (401)"],
    [204, "the server answered 204"],
    [304, "the server answered 304"]
  ] as const) {
    it.scopedLive(`fails after ${status}, and no password is in what it says`, () =>
      Effect.gen(function* () {
        const { host } = yield* serve((_, response) => response.writeHead(status).end())
        const failure = yield* Effect.flip(got(host, "/a", "me:secret@"))
        expect(failure).toMatchObject({ _tag: "DownloadFailed", address: `http://${host}/a`, why, status })
        expect(failure.message).not.toContain("secret")
      })
    )
  }

  it.scopedLive("that is cut short is a failure", () =>
    Effect.gen(function* () {
      const { host } = yield* serve((_, response) => {
        response.writeHead(200, { "content-length": "100" })
        response.write("few", () => response.destroy())
      })
      expect(yield* Effect.flip(got(host))).toMatchObject({ _tag: "DownloadFailed" })
    })
  )

  it.scopedLive("that redirects in a circle, or to a file, is a failure", () =>
    Effect.gen(function* () {
      const circle = yield* serve((_, response) => response.writeHead(302, { location: "/a" }).end())
      expect((yield* Effect.flip(got(circle.host))).message).toContain("loop")
      const file = yield* serve((_, response) => response.writeHead(302, { location: "file:///etc/passwd" }).end())
      expect((yield* Effect.flip(got(file.host))).message).toContain("no address")
    })
  )
})

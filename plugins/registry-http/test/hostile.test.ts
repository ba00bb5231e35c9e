import { ofBytes } from "@gantry/core/image/Digest"
import type { ImageRef } from "@gantry/core/image/ImageRef"
import { it } from "@effect/vitest"
import { Effect, Stream } from "effect"
import { describe, expect } from "vitest"
import { connect, impatient, logged, type Script, serve } from "./host/scripted.ts"

const content = Buffer.from("0123456789".repeat(1000))
const digest = ofBytes(content)
const refAt = (registry: string): ImageRef => ({ registry, repository: "a/b", tag: "1" })

const collect = <E>(stream: Stream.Stream<Uint8Array, E>) =>
  Effect.map(Stream.runCollect(stream), (parts) => Buffer.concat([...parts]).toString())

/** Answers with a status until it has been asked so often, then with the content. */
const recovering =
  (times: number, status: number, headers: { readonly [name: string]: string } = {}): Script =>
  (_, response, seen) => {
    if (seen.length > times) response.end(content)
    else response.writeHead(status, headers).end(JSON.stringify({ errors: [{ code: "X", message: "not now" }] }))
  }

const fetched = (host: string, options: Parameters<typeof connect>[0] = {}) =>
  Effect.flatMap(connect(options), (registry) => collect(registry.fetchFrom(refAt(host), digest, 0)))

describe("a registry in trouble", () => {
  for (const status of [429, 500, 502, 503, 504]) {
    it.scopedLive(`is asked again after ${status}, and each time it is said`, () =>
      Effect.gen(function* () {
        const { host, seen } = yield* serve(recovering(2, status))
        const { lines, result } = yield* logged(fetched(host))
        expect(result).toBe(content.toString())
        expect(seen.length).toBe(3)
        expect(lines.map((line) => line.replace(/in [\d.]+ s/, "in T"))).toEqual([
          `WARN ${host} answered ${status} (not now); trying again in T (2 of 5)`,
          `WARN ${host} answered ${status} (not now); trying again in T (3 of 5)`
        ])
      })
    )
  }

  it.scopedLive("is given up after five tries", () =>
    Effect.gen(function* () {
      const { host, seen } = yield* serve(recovering(100, 503))
      const failure = yield* Effect.flip(fetched(host))
      expect(failure.message).toBe(`${host} is not available: it answered 503 (not now); 5 tries were made`)
      expect(seen.length).toBe(5)
    })
  )

  it.scopedLive("that asks for a short pause gets it", () =>
    Effect.gen(function* () {
      const { host } = yield* serve(recovering(1, 429, { "retry-after": "0" }))
      const { lines } = yield* logged(fetched(host))
      expect(lines).toEqual([`WARN ${host} answered 429 (not now); trying again in 0 s (2 of 5)`])
    })
  )

  it.scopedLive("that asks for a long pause is not waited for, and it is said until when", () =>
    Effect.gen(function* () {
      const { host, seen } = yield* serve(recovering(1, 429, { "retry-after": "3600" }))
      const failure = yield* Effect.flip(fetched(host))
      expect(failure.message).toMatch(/left alone for 60 min, until \d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC$/)
      expect(seen.length).toBe(1)
    })
  )

  it.scopedLive("that has few requests left for us is spoken of", () =>
    Effect.gen(function* () {
      const { host } = yield* serve((_, response) => {
        response.writeHead(200, { "ratelimit-limit": "100;w=21600", "ratelimit-remaining": "7;w=21600" }).end(content)
      })
      const { lines } = yield* logged(fetched(host))
      expect(lines).toEqual([`WARN ${host}: 7 of 100 requests within 6 h remain`])
    })
  )
})

describe("a body that breaks off", () => {
  const cutting =
    (ranges: boolean): Script =>
    ({ headers }, response) => {
      const from = Number(/^bytes=(\d+)-$/.exec(headers.range ?? "")?.[1] ?? 0)
      const at = ranges ? from : 0
      const more = { "content-length": String(content.length - at) }
      if (at > 0) {
        const range = `bytes ${at}-${content.length - 1}/${content.length}`
        response.writeHead(206, { ...more, "content-range": range })
      } else response.writeHead(200, more)
      // Each connection brings a little more, the last the rest.
      const end = from + 3000
      const part = content.subarray(at, end)
      if (end >= content.length) response.end(part)
      else response.write(part, () => response.destroy())
    }

  for (const ranges of [true, false]) {
    it.scopedLive(`goes on where it was${ranges ? "" : ", also when the registry ignores ranges"}`, () =>
      Effect.gen(function* () {
        const { host, seen } = yield* serve(cutting(ranges))
        expect(yield* fetched(host)).toBe(content.toString())
        expect(seen.length).toBe(4)
        expect(seen.slice(1).map(({ headers }) => headers.range)).toEqual(["bytes=3000-", "bytes=6000-", "bytes=9000-"])
      })
    )
  }

  it.scopedLive("and never gets further fails after five tries", () =>
    Effect.gen(function* () {
      const { host, seen } = yield* serve((_, response) => {
        response.writeHead(200, { "content-length": "10000" })
        response.write("x", () => response.destroy())
      })
      const failure = yield* Effect.flip(fetched(host))
      expect(failure.message).toMatch(/cut.*; 5 tries were made$/)
      expect(seen.length).toBe(5)
    })
  )

  it.scopedLive("is empty behind its end", () =>
    Effect.gen(function* () {
      const { host } = yield* serve((_, response) => void response.writeHead(416).end())
      const registry = yield* connect()
      expect(yield* collect(registry.fetchFrom(refAt(host), digest, content.length))).toBe("")
    })
  )

  it.scopedLive("from another place than was asked for is refused", () =>
    Effect.gen(function* () {
      const { host } = yield* serve((_, response) => {
        response.writeHead(206, { "content-range": `bytes 9-99/${content.length}` }).end(content.subarray(9, 100))
      })
      const registry = yield* connect()
      const failure = yield* Effect.flip(collect(registry.fetchFrom(refAt(host), digest, 5)))
      expect(failure.message).toContain("another range")
    })
  )
})

describe("a hostile registry", () => {
  it.scopedLive("that says nothing is left after the time that was set, and tried once more", () =>
    Effect.gen(function* () {
      const { host, seen } = yield* serve(() => undefined)
      const failure = yield* Effect.flip(fetched(host, impatient))
      expect(failure.message).toBe(`${host} is not available: it sent nothing for 1 s`)
      expect(seen.length).toBe(2)
    })
  )

  it.scopedLive("that stalls in a body is left too", () =>
    Effect.gen(function* () {
      const { host, seen } = yield* serve((_, response) => {
        response.writeHead(200, { "content-length": "10000" }).write("x")
      })
      const failure = yield* Effect.flip(fetched(host, impatient))
      expect(failure.message).toBe(`${host} is not available: it sent nothing for 1 s`)
      expect(seen.length).toBe(2)
    })
  )

  it.scopedLive("that sends a byte now and then is as good as silent", () =>
    Effect.gen(function* () {
      const { host, seen } = yield* serve((_, response) => {
        response.writeHead(200, { "content-length": "10000" })
        const timer = setInterval(() => response.write("x"), 50)
        response.on("close", () => clearInterval(timer))
      })
      const failure = yield* Effect.flip(fetched(host, impatient))
      expect(failure.message).toMatch(/ is not available: it sent only \d+ bytes in \d+(\.\d)? s$/)
      expect(seen.length).toBe(2)
    })
  )

  it.scopedLive("that lies about a digest is not believed", () =>
    Effect.gen(function* () {
      const { host } = yield* serve((_, response) => void response.end(Buffer.from(content).fill("x", 5, 6)))
      const registry = yield* connect()
      const descriptor = { mediaType: "x", digest, size: content.length }
      const failure = yield* Effect.flip(Stream.runDrain(registry.fetch(refAt(host), descriptor)))
      expect(failure._tag).toBe("BlobCorrupt")
    })
  )

  for (const [what, headers] of [
    ["promises a manifest of 5 GB is left at once", { "content-length": String(5 * 1024 ** 3) }],
    ["sends a manifest without end is left at the limit", {}]
  ] as const) {
    it.scopedLive(`that ${what}`, () =>
      Effect.gen(function* () {
        let sent = 0
        const { host } = yield* serve((_, response) => {
          const piece = Buffer.alloc(65_536, " ")
          response.writeHead(200, headers)
          const more = () => {
            if (response.destroyed) return
            sent += piece.length
            response.write(piece, more)
          }
          more()
        })
        const registry = yield* connect()
        const failure = yield* Effect.flip(registry.resolve(refAt(host)))
        expect(failure.message).toContain("is longer than 4194304 bytes")
        expect(sent).toBeLessThan(64 * 1024 * 1024)
      })
    )
  }

  it.scopedLive("that redirects in a loop is found out", () =>
    Effect.gen(function* () {
      const { host, seen } = yield* serve(({ path }, response) => {
        response.writeHead(307, { location: path.endsWith("x") ? path.slice(0, -1) : `${path}x` }).end()
      })
      const failure = yield* Effect.flip(fetched(host))
      expect(failure.message).toContain("redirects in a loop")
      expect(seen.length).toBe(2)
    })
  )

  it.scopedLive("that redirects for ever is left after ten times", () =>
    Effect.gen(function* () {
      const { host, seen } = yield* serve(({ path }, response) => {
        response.writeHead(302, { location: `${path}x` }).end()
      })
      const failure = yield* Effect.flip(fetched(host))
      expect(failure.message).toContain("redirects more than 10 times")
      expect(seen.length).toBe(11)
    })
  )

  it.scopedLive("gets no password sent to the host that it redirects to", () =>
    Effect.gen(function* () {
      const other = yield* serve((_, response) => void response.end(content))
      const { host, seen } = yield* serve(({ headers, path }, response) => {
        if (headers.authorization === undefined) {
          response.writeHead(401, { "www-authenticate": 'Basic realm="r"' }).end()
        } else if (path.endsWith("/here")) response.writeHead(307, { location: `http://${other.host}/blob` }).end()
        else response.writeHead(307, { location: "/here" }).end()
      })
      const registry = yield* connect({ logins: { [host]: { type: "password", username: "a", password: "b" } } })
      expect(yield* collect(registry.fetchFrom(refAt(host), digest, 0))).toBe(content.toString())
      expect(seen.map(({ headers }) => headers.authorization)).toEqual([undefined, "Basic YTpi", "Basic YTpi"])
      expect(other.seen.map(({ headers }) => headers.authorization)).toEqual([undefined])
    })
  )

  it.scopedLive("opens no file by the address of an upload or of more tags", () =>
    Effect.gen(function* () {
      const secret = "file:///etc/hostname"
      const { host } = yield* serve(({ method }, response) => {
        if (method === "POST") response.writeHead(202, { location: secret }).end()
        else response.writeHead(200, { link: `<${secret}>; rel="next"` }).end('{"tags":["1"]}')
      })
      const registry = yield* connect()
      const descriptor = { digest, size: content.length, mediaType: "application/octet-stream" }
      for (const failing of [
        registry.push(refAt(host), descriptor, Stream.make(content)),
        registry.tags(refAt(host))
      ]) {
        expect((yield* Effect.flip(failing)).message).toMatch(/it leads to "file:.*", which is no address/)
      }
    })
  )

  it.scopedLive("that has no end of tags is left", () =>
    Effect.gen(function* () {
      const { host } = yield* serve((_, response) => {
        response.writeHead(200, { link: '</v2/a/b/tags/list?n=1000>; rel="next"' }).end('{"tags":["x"]}')
      })
      const registry = yield* connect()
      expect((yield* Effect.flip(registry.tags(refAt(host)))).message).toContain("has no end")
    })
  )

  it.scopedLive("that lists tags which are none is not taken at its word", () =>
    Effect.gen(function* () {
      const { host } = yield* serve((_, response) => {
        response.writeHead(200).end(JSON.stringify({ tags: ["b", "../../x", "a\u001b[2J", "", "x@sha256:y", "a"] }))
      })
      const registry = yield* connect()
      expect(yield* registry.tags(refAt(host))).toEqual(["a", "b"])
    })
  )

  it.scopedLive("that has more tags than anybody could read is left, and what it sent is not held", () =>
    Effect.gen(function* () {
      const page = `{"tags":["x"]}${" ".repeat(4 * 1024 * 1024 - 100)}`
      const { host, seen } = yield* serve((_, response, all) => {
        response.writeHead(200, { link: `</v2/a/b/tags/list?last=${all.length}>; rel="next"` }).end(page)
      })
      const registry = yield* connect()
      expect((yield* Effect.flip(registry.tags(refAt(host)))).message).toContain("has no end")
      expect(seen.length).toBeLessThan(20)
    })
  )

  it.scopedLive("cannot write to the terminal by its errors", () =>
    Effect.gen(function* () {
      const message = "\u001b[2Jno\nway\u202e\u2028out"
      const { host } = yield* serve((_, response) => {
        response.writeHead(403).end(JSON.stringify({ errors: [{ code: "DENIED", message }] }))
      })
      const failure = yield* Effect.flip(fetched(host))
      expect(failure.message).toBe(`${host} refused (DENIED): [2Jno way out`)
    })
  )
})

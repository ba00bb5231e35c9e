import * as dns from "dns-packet"
import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import { answerQuestion } from "../../../src/supervisor/names/answer.ts"
import type { NameTable } from "../../../src/supervisor/names/find-name.ts"

const service = { database: "", networks: ["front"], servers: [], forwards: false }
const many = Array.from({ length: 200 }, (_, index) => `10.0.0.${index + 2}`)
const table: NameTable = {
  addresses: (network, name) =>
    network !== "front" ? [] : name === "web" ? ["10.0.1.2", "10.0.1.3"] : name === "many" ? many : [],
  nameOf: () => undefined
}

const questionFor = (name: string, more: Partial<dns.Packet> = {}): Uint8Array =>
  dns.encode({ type: "query", id: 7, flags: dns.RECURSION_DESIRED, questions: [{ type: "A", name }], ...more })

const ask = async (bytes: Uint8Array, transport: "udp" | "tcp" = "udp") => {
  const answer = await answerQuestion(bytes, transport, service, table)
  return answer === undefined ? undefined : { bytes: answer, packet: dns.decode(Buffer.from(answer)) }
}

const codeOf = (packet: dns.DecodedPacket | undefined): number => (packet?.flags ?? 0) & 15
const addressesIn = (packet: dns.DecodedPacket | undefined) =>
  (packet?.answers ?? []).flatMap((each) => (each.type === "A" ? [each.data] : []))

describe("answerQuestion", () => {
  it("answers with the question, its number and all addresses, in whatever case the name is asked for", async () => {
    const answer = await ask(questionFor("WeB"))
    expect(answer?.packet).toMatchObject({ id: 7, type: "response", questions: [{ name: "WeB", type: "A" }] })
    expect(addressesIn(answer?.packet).toSorted()).toEqual(["10.0.1.2", "10.0.1.3"])
  })

  it("answers with IPv6 addresses when it is asked for them", async () => {
    const dual: NameTable = { addresses: () => ["10.0.1.2", "fd00:7::2"], nameOf: () => undefined }
    const bytes = await answerQuestion(
      questionFor("web", { questions: [{ type: "AAAA", name: "web" }] }),
      "udp",
      service,
      dual
    )
    const { answers } = dns.decode(Buffer.from(bytes ?? []))
    expect(answers).toMatchObject([{ type: "AAAA", name: "web", data: "fd00:7::2" }])
  })

  it("begins with another address now and then", async () => {
    const firsts = new Set<string | undefined>()
    for (let count = 0; count < 200; count++) firsts.add(addressesIn((await ask(questionFor("web")))?.packet)[0])
    expect(firsts).toEqual(new Set(["10.0.1.2", "10.0.1.3"]))
  })

  it("says that there is no such name where nobody else may be asked", async () => {
    expect(codeOf((await ask(questionFor("elsewhere.example")))?.packet)).toBe(3)
  })

  it("cuts an answer to what a datagram holds and says so, and gives all of it over a stream", async () => {
    const short = await ask(questionFor("many"))
    expect(short?.bytes.length).toBeLessThanOrEqual(512)
    expect(short?.packet.flag_tc).toBe(true)
    const whole = await ask(questionFor("many"), "tcp")
    expect(whole?.packet.flag_tc).toBe(false)
    expect(addressesIn(whole?.packet)).toHaveLength(many.length)
  })

  it("refuses what is no single question, and is silent to answers and to scraps", async () => {
    const two = questionFor("web", {
      questions: [
        { type: "A", name: "web" },
        { type: "A", name: "many" }
      ]
    })
    expect(codeOf((await ask(two))?.packet)).toBe(1)
    const update = questionFor("web", { flags: 5 << 11 })
    expect(codeOf((await ask(update))?.packet)).toBe(1)
    expect(await ask(dns.encode({ type: "response", id: 7 }))).toBeUndefined()
    expect(await ask(Uint8Array.of(1, 2, 3))).toBeUndefined()
  })

  it("survives any bytes, and never answers at length", async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 600 }), async (bytes) => {
        const answer = await answerQuestion(bytes, "udp", service, table)
        expect(answer?.length ?? 0).toBeLessThanOrEqual(1232)
      })
    )
  })

  it("survives questions that are damaged anywhere, and answers under their number", async () => {
    const whole = questionFor("web.example")
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ minLength: 1, maxLength: 12 }), fc.nat(17), async (bytes, at) => {
        const damaged = Uint8Array.from(whole)
        damaged.set(bytes, at)
        const answer = await answerQuestion(damaged, "udp", service, table)
        expect([...(answer ?? damaged).subarray(0, 2)]).toEqual([...damaged.subarray(0, 2)])
      })
    )
  })
})

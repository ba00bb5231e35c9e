import { execFileSync } from "node:child_process"
import { expect, it } from "vitest"
import { useGantry } from "./host/gantry.ts"
import { makeNeighbour } from "./host/neighbour.ts"
import { until } from "./host/until.ts"

const gantry = useGantry()

/** Refuses connections from elsewhere to two ports until the returned function is called. */
const closePorts = (ports: ReadonlyArray<number>) => {
  const table = `ge_wall_${gantry.instance}`
  const rule = `tcp dport { ${ports.join(", ")} } iif != lo reject with tcp reset`
  const chain = `chain input { type filter hook input priority filter\n${rule}\n}`
  execFileSync("nft", ["-f", "-"], { input: `table inet ${table} {\n${chain}\n}\n` })
  return () => void execFileSync("nft", ["delete", "table", "inet", table])
}

it("the host's rules of incoming packets count for a port that is proxied, and not for one that the kernel translates", async () => {
  const page = ["sh", "-c", "echo page > /index.html; exec httpd -f -p 80 -h /"]
  await gantry.ok(
    "run",
    "-d",
    "--name",
    "web",
    "-p",
    "target=80,mode=proxy",
    "-p",
    "target=80,mode=nat",
    "base",
    ...page
  )
  const bindings = await gantry.field("web", '{{json (index .NetworkSettings.Ports "80/tcp")}}')
  const ports = (JSON.parse(bindings) as ReadonlyArray<{ HostIp: string; HostPort: string }>)
    .filter(({ HostIp }) => HostIp === "0.0.0.0")
    .map(({ HostPort }) => Number(HostPort))
  for (const port of ports) {
    const local = async () => (await fetch(`http://127.0.0.1:${port}/`)).text()
    expect(await until(`a page from port ${port}`, local, 5)).toBe("page\n")
  }
  const neighbour = makeNeighbour(`gf${gantry.instance}`)
  /** What of each port another machine sees. */
  const seen = () => {
    const get = `(port) => fetch("http://${neighbour.hostAddress}:" + port).then((a) => a.text(), () => "refused")`
    const program = `Promise.all([${ports.join()}].map(${get})).then((all) => console.log(JSON.stringify(all.toSorted())))`
    return JSON.parse(neighbour.run(process.execPath, "-e", program)) as unknown
  }
  try {
    expect(seen()).toEqual(["page\n", "page\n"])
    const open = closePorts(ports)
    try {
      expect(seen()).toEqual(["page\n", "refused"])
    } finally {
      open()
    }
  } finally {
    neighbour.remove()
  }
})

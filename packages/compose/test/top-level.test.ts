import { describe, expect, it } from "vitest"
import { complaints, load } from "./loading.ts"

describe("networks and volumes", () => {
  it("have names of the project, unless they have others or are there already", async () => {
    const { networks, volumes } = await load(`
services: {}
networks: {a: , b: {name: other}, c: {external: true}, d: {external: true, name: real}, e: {external: {name: old}}}
volumes: {a: {external: "true"}, b: , c: {name: "x\${NONE}"}}
`)
    expect(Object.values(networks).map(({ external, name }) => [name, external])).toEqual([
      ["app_a", false],
      ["other", false],
      ["c", true],
      ["real", true],
      ["old", true]
    ])
    expect(Object.values(volumes).map(({ name }) => name)).toEqual(["a", "app_b", "x"])
  })

  it("say what they are like", async () => {
    const { networks } = await load(`
services: {web: {image: a}}
networks:
  default:
    driver: bridge
    driver_opts: {mtu: 1400}
    internal: true
    enable_ipv6: true
    labels: [a=b]
    ipam: {driver: default, config: [{subnet: 10.1.0.0/16, gateway: 10.1.0.1}, {subnet: "fd00::/64"}]}
`)
    expect(networks["default"]).toEqual({
      name: "app_default",
      external: false,
      driver: "bridge",
      driverOpts: { mtu: "1400" },
      internal: true,
      attachable: false,
      enableIpv6: true,
      labels: { a: "b" },
      ipam: [{ subnet: "10.1.0.0/16", gateway: "10.1.0.1" }, { subnet: "fd00::/64" }]
    })
  })

  it("take the path of a bind from where the file lies", async () => {
    const { volumes } = await load(
      "services: {}\nvolumes: {a: {driver_opts: {type: none, o: 'bind,ro', device: ./x}}, b: {driver_opts: {type: nfs, device: ':/x'}}}"
    )
    expect(volumes["a"]?.driverOpts).toEqual({ type: "none", o: "bind,ro", device: "FOLDER/x" })
    expect(volumes["b"]?.driverOpts).toEqual({ type: "nfs", device: ":/x" })
  })

  it("are only where they are needed", async () => {
    expect((await load("services: {web: {image: a, network_mode: host}}")).networks).toEqual({})
    expect(Object.keys((await load("services: {web: {image: a}}")).networks)).toEqual(["default"])
  })

  it.each([
    [
      "networks: {a: {external: true, driver: x}}",
      "2:40 networks.a.driver: it is external, so this cannot be said of it"
    ],
    [
      "networks: {a: {ipam: {config: [{subnet: 10.0.0.0}]}}}",
      `2:41 networks.a.ipam.config[0].subnet: "10.0.0.0" is no range of addresses`
    ],
    ["networks: {a: {ipam: {driver: x}}}", "2:31 networks.a.ipam.driver: drivers of addresses cannot be had here"],
    [
      "networks: {a: {ipam: {config: [{aux_addresses: {a: 10.0.0.1}}]}}}",
      "2:48 networks.a.ipam.config[0].aux_addresses: addresses cannot be kept free here"
    ],
    ["networks: {a: {enable_ipv4: false}}", "2:29 networks.a.enable_ipv4: networks without IPv4 cannot be had here"],
    ["networks: {a: {name: b, external: {name: c}}}", "2:22 networks.a.name: external.name says another one"],
    ["networks: {a b: }", "2:12 networks.a b: the name of a network has letters, digits, ., _ and -"],
    ["volumes: {a: {name: /b}}", `2:21 volumes.a.name: "/b" cannot be its name`],
    ["networks: {a: {ipam: {config: [{gateway: x}]}}}", `2:42 networks.a.ipam.config[0].gateway: "x" is no address`],
    ["networks: [a]", "2:11 networks: it is a list, and must be a mapping"],
    ["volumes: {a: {drivr: x}}", `2:15 volumes.a.drivr: there is no attribute "drivr"`],
    ["volumes: {a: b}", "2:14 volumes.a: it is a text, and must be a mapping"],
    ["models: {a: {model: b}}", "2:9 models: language models cannot be had here"],
    ["servces: {}", `2:1 servces: there is no attribute "servces"`]
  ])("refuse %j", async (line, complaint) => {
    expect(await complaints(`services: {web: {image: a, network_mode: host}}\n${line}`)).toContain(complaint)
  })

  it("tell that a version has no effect", async () => {
    expect((await load('version: "3"\nservices: {}')).notices).toEqual(["version has no effect; it can be left out."])
  })
})

describe("secrets and configs", () => {
  it("come from one place", async () => {
    const project = await load(`
services: {}
secrets: {a: {file: ./a}, b: {environment: B}, c: {external: true}}
configs: {a: {content: "x $$y\\n"}, b: {file: /b}}
`)
    expect(project.secrets).toEqual({
      a: { name: "app_a", external: false, file: "FOLDER/a" },
      b: { name: "app_b", external: false, environment: "B" },
      c: { name: "c", external: true }
    })
    expect(project.configs["a"]).toEqual({ name: "app_a", external: false, content: "x $y\n" })
  })

  it.each([
    ["secrets: {a: {file: a, environment: A}}", "2:11 secrets.a: the secret comes from environment and from file"],
    ["secrets: {a: {}}", "2:11 secrets.a: the secret comes from nowhere"],
    ["secrets: {a: {content: x}}", `2:15 secrets.a.content: there is no attribute "content"`],
    ["configs: {a: {content: x, file: a}}", "2:11 configs.a: the config comes from content and from file"],
    ["configs: {a: {file: a, template_driver: x}}", "2:41 configs.a.template_driver: it cannot be had here"]
  ])("refuse %j", async (line, complaint) => {
    expect(await complaints(`services: {}\n${line}`)).toContain(complaint)
  })
})

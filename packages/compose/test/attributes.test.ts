import { describe, expect, it } from "vitest"
import type { Service } from "@gantry/compose/Project"
import { complaints, load, problemsOf, web, withWeb } from "./loading.ts"

describe("attributes of a service", () => {
  it.each<readonly [string, Partial<Service>]>([
    ["command: ", {}],
    ["command: ''", { command: [] }],
    ["command: []", { command: [] }],
    ["command: [a, 1, true]", { command: ["a", "1", "true"] }],
    ["entrypoint: /bin/sh -c 'a b'", { entrypoint: ["/bin/sh", "-c", "a b"] }],
    [
      "environment: {A: 1.50, B: 0777, C: yes, D: True, E: '', F: 1e3}",
      { environment: { A: "1.50", B: "0777", C: "yes", D: "true", E: "", F: "1e3" } }
    ],
    [
      "environment: [HOME, NOWHERE, A=, 'B= c=d']",
      { environment: { HOME: "/home/ann", NOWHERE: null, A: "", B: " c=d" } }
    ],
    [
      "post_start: [{command: 'echo \"a b\"', environment: [HOME, A=1, NOWHERE]}]\npre_stop: [{command: [c], user: u, privileged: true, working_dir: /w}]",
      {
        postStart: [
          { command: ["echo", "a b"], environment: { HOME: "/home/ann", A: "1", NOWHERE: null }, privileged: false }
        ],
        preStop: [{ command: ["c"], environment: {}, privileged: true, user: "u", workingDir: "/w" }]
      }
    ],
    [
      "develop: {watch: [{path: src, action: sync+exec, target: /app, ignore: node_modules, include: ['*.js'], exec: {command: make}}]}",
      {
        develop: [
          {
            path: "FOLDER/src",
            action: "sync+exec",
            target: "/app",
            ignore: ["node_modules"],
            include: ["*.js"],
            initialSync: false,
            exec: { command: ["make"], environment: {}, privileged: false }
          }
        ]
      }
    ],
    ["healthcheck: {disable: true}", { healthcheck: { disable: true } }],
    ["healthcheck: {test: [NONE]}", { healthcheck: { disable: true } }],
    [
      "healthcheck: {test: NONE x, retries: '3'}",
      { healthcheck: { disable: false, test: ["CMD-SHELL", "NONE x"], retries: 3 } }
    ],
    ["restart: no", { restart: "no" }],
    ["restart: on-failure:5", { restart: "on-failure:5" }],
    ["deploy: {restart_policy: {condition: on-failure, max_attempts: 2}}", { restart: "on-failure:2" }],
    ["deploy: {restart_policy: {condition: none}}\nrestart: always", { restart: "no" }],
    ["scale: 3", { scale: 3 }],
    ["deploy: {replicas: '2'}", { scale: 2 }],
    ["deploy: ", { scale: 1 }],
    ["scale: 0", { scale: 0 }],
    ["stop_grace_period: 1m30.5s", { stopGracePeriod: 90.5 }],
    ["stop_grace_period: 1d", { stopGracePeriod: 86_400 }],
    ["privileged: 'true'\ninit: false", { privileged: true, init: false }],
    [
      "mem_limit: 67108864\nmemswap_limit: -1\ncpus: .5\npids_limit: -1",
      { resources: { memory: "67108864", memorySwap: "-1", cpus: "0.5", pidsLimit: "-1" } }
    ],
    [
      "deploy: {resources: {limits: {memory: 1gb, cpus: '2', pids: 5}, reservations: {memory: 1m}}}",
      { resources: { memory: "1073741824", cpus: "2", pidsLimit: "5", memoryReservation: "1048576" } }
    ],
    ["mem_limit: 1gb\ndeploy: {resources: {limits: {memory: 1024M}}}", { resources: { memory: "1073741824" } }],
    ["ulimits: {nofile: -1}", { ulimits: { nofile: { soft: -1, hard: -1 } } }],
    ["sysctls: [a.b=1]", { sysctls: { "a.b": "1" } }],
    [
      "extra_hosts: ['a:1.2.3.4', 'b=::1', 'c:[fe80::1]', 'd:fe80::2']",
      { extraHosts: ["a:1.2.3.4", "b:::1", "c:fe80::1", "d:fe80::2"] }
    ],
    ["extra_hosts: {a: [1.2.3.4, 1.2.3.5]}", { extraHosts: ["a:1.2.3.4", "a:1.2.3.5"] }],
    [
      "devices: [/dev/a, {source: /dev/b}, {source: /dev/c, permissions: r}, vendor.com/gpu=0]",
      { devices: ["/dev/a", "/dev/b", "/dev/c:/dev/c:r", "vendor.com/gpu=0"] }
    ],
    [
      "init: yes\ntty: 'On'\nprivileged: off\nread_only: n",
      { init: true, tty: true, privileged: false, readOnly: false }
    ],
    ["pull_policy: never", { pullPolicy: "never" }],
    ["group_add: [10, audio]", { groupAdd: ["10", "audio"] }],
    ["attach: false", { attach: false }],
    [
      "security_opt: ['seccomp:./p.json', seccomp=unconfined, 'label:disable']",
      { securityOpt: ["seccomp=FOLDER/p.json", "seccomp=unconfined", "label:disable"] }
    ],
    ["tmpfs: [/a, '/b:size=1m,mode=700']", { tmpfs: ["/a", "/b:size=1m,mode=700"] }],
    ["network_mode: host", { networkMode: "host", networks: {} }],
    ["network_mode: 'container:x'", { networkMode: "container:x" }],
    ["networks: ", { networks: { default: { aliases: [] } } }],
    [
      "blkio_config: {weight: 0, device_write_iops: [{path: /dev/a, rate: 10}]}",
      { resources: { blkio: { deviceWriteIops: ["/dev/a:10"] } } }
    ],
    [
      "ports: [{target: '80', published: '81-82', host_ip: '::', protocol: UDP, app_protocol: http}]",
      { ports: [{ target: 80, published: "81-82", hostIp: "::", protocol: "udp" }] }
    ],
    [
      "ports: ['80-81:80-81', '80:80/tcp', {target: 81, published: 81}]",
      {
        ports: [
          { target: 80, published: "80", protocol: "tcp" },
          { target: 81, published: "81", protocol: "tcp" }
        ]
      }
    ],
    ["labels: {a: , b: true}", { labels: { a: "", b: "true" } }],
    ["use_api_socket: false\ngpus: []\nisolation: default", {}],
    ["x-a: [1, 1.5, 0x10, 1e400, .inf, on]", { extensions: { "x-a": [1, 1.5, 16, "1e400", ".inf", "on"] } }]
  ])("read %j", async (attributes, expected) => {
    expect(await web(attributes)).toMatchObject(expected)
  })

  it("say nothing where a variable has no value", async () => {
    const attributes =
      "platform: $NO\nhostname: '${NO:-}'\nuser: ${NO:-}\nnetwork_mode: $NO\nmem_limit: $NO\ncommand: $NO\n" +
      "pull_policy: $NO\nprivileged: $NO\ndns: ['$NO', 1.1.1.1]\nenvironment: {A: $NO}\nstop_grace_period: $NO"
    const service = await web(attributes)
    const names = ["platform", "hostname", "user", "networkMode", "command", "pullPolicy", "stopGracePeriod"]
    for (const name of names) expect(service).not.toHaveProperty(name)
    expect(service).toMatchObject({ privileged: false, resources: {}, dns: ["1.1.1.1"], environment: { A: "" } })
    expect(await complaints("services: {web: {image: $NO}}")).toEqual([
      "1:12 services.web: the service has neither an image nor a build"
    ])
  })

  it("leave commands and health checks out that say nothing", async () => {
    const service = await web("command: ~\nentrypoint:\nhealthcheck: {interval: 1s}")
    expect(service).not.toHaveProperty("command")
    expect(service).not.toHaveProperty("entrypoint")
    expect(service.healthcheck).toEqual({ disable: false, interval: "1s" })
  })

  it("order networks by their priority, then by name", async () => {
    const attributes = "networks: {a: , b: {priority: 5}, c: {gw_priority: 1}, default: }"
    const file = withWeb(attributes, "networks: {c: , b: , a: }\n")
    expect(Object.keys((await load(file)).services["web"]!.networks)).toEqual(["c", "b", "a", "default"])
  })

  it.each([
    ["environment: [{A: 1}]", "4:19 services.web.environment[0]: it is a mapping, and must be a text"],
    ["depends_on: [[a]]", "4:18 services.web.depends_on[0]: it is a list, and must be a text"],
    ["user: 1000", "4:11 services.web.user: it is a number, and must be a text"],
    ["hostname: [a]", "4:15 services.web.hostname: it is a list, and must be a text"],
    ["hostname:", "4:14 services.web.hostname: it is nothing, and must be a text"],
    [
      'command: "a \'b"',
      "4:14 services.web.command: the command cannot be split into words: the quote ' is not closed"
    ],
    ["cap_add: NET_ADMIN", "4:14 services.web.cap_add: it is a text, and must be a list"],
    ["mem_limit: 64q", "4:16 services.web.mem_limit: invalid suffix: 'q'"],
    ["stop_grace_period: 10", `4:24 services.web.stop_grace_period: "10" is not a duration`],
    ["healthcheck: {interval: -1s}", `4:29 services.web.healthcheck.interval: "-1s" is not a duration`],
    ["healthcheck: {test: [curl, x]}", `4:25 services.web.healthcheck.test: the test begins with "curl"`],
    ["healthcheck: {test: [CMD]}", "4:25 services.web.healthcheck.test: nothing stands after CMD"],
    [
      "restart: sometimes",
      `4:14 services.web.restart: "sometimes" is not one of no, always, unless-stopped, on-failure, on-failure:N`
    ],
    ["cpus: 1e400", "4:11 services.web.cpus: it is too large"],
    ["scale: 1.5", "4:12 services.web.scale: 1.5 is not a whole number from 0 to 9999"],
    ["scale: -1", "4:12 services.web.scale: -1 is not a whole number from 0 to 9999"],
    ["scale: 99999999999", "4:12 services.web.scale: 99999999999 is not a whole number from 0 to 9999"],
    ["deploy: {replicas: 10000}", "4:24 services.web.deploy.replicas: 10000 is not a whole number from 0 to 9999"],
    ["scale: 2\ncontainer_name: a", "5:21 services.web.container_name: 2 containers cannot have one name"],
    ["scale: 2\ndeploy: {replicas: 3}", "4:12 services.web.scale: it is 2, and deploy.replicas is 3"],
    [
      "mem_limit: 1m\ndeploy: {resources: {limits: {memory: 2m}}}",
      "4:16 services.web.mem_limit: it is 1048576, and deploy.resources.limits.memory is 2097152"
    ],
    [
      "pull_policy: sometimes",
      `4:18 services.web.pull_policy: "sometimes" is not one of always, missing, never, build`
    ],
    ["volumes: [{type: bind, target: /a}]", "4:15 services.web.volumes[0]: a volume of type bind needs a source"],
    [
      "volumes: [{type: bnd, target: /a}]",
      `4:22 services.web.volumes[0].type: "bnd" is not one of bind, volume, tmpfs, image, npipe, cluster`
    ],
    [
      "volumes: [{type: npipe, source: a, target: /a}]",
      "4:15 services.web.volumes[0]: volumes of type npipe cannot be had here"
    ],
    ["volumes: [a/b:/c]", `4:15 services.web.volumes[0].source: "a/b" is not the name of a volume`],
    ["build:", "4:11 services.web.build: it says nothing"],
    ["uts: service:db", `4:10 services.web.uts: "service:db" is not one of host`],
    ["volumes: [./a:b]", `4:15 services.web.volumes[0].target: "b" is not an absolute path of the container`],
    ["volumes: [./a:/]", "4:15 services.web.volumes[0].target: nothing can be mounted over the root of the container"],
    ["ports: ['80-82:80-82', x]", `4:28 services.web.ports[1]: "x" is not a port: "x" is no port from 1 to 65535`],
    ["ports: [{published: '80'}]", "4:13 services.web.ports[0]: the port has no target"],
    ["container_name: a b", `4:21 services.web.container_name: "a b" cannot be its name`],
    ["dns: [resolver]", `4:11 services.web.dns[0]: "resolver" is no address`],
    [
      "networks: {default: {ipv4_address: 1.2.3}}",
      `4:40 services.web.networks.default.ipv4_address: "1.2.3" is no address`
    ],
    ["expose: [a]", `4:14 services.web.expose[0]: "a" is not a port`],
    ["extra_hosts: [a]", `4:19 services.web.extra_hosts[0]: "a" is not HOST:ADDRESS`],
    [
      "network_mode: hst",
      `4:19 services.web.network_mode: "hst" is not one of none, host, bridge, service:NAME, container:NAME`
    ],
    [
      "network_mode: host\nnetworks: [default]",
      "5:15 services.web.networks: a service with a network_mode has no networks"
    ],
    ["links: ['a:b:c']", `4:13 services.web.links[0]: "a:b:c" is not SERVICE[:ALIAS]`],
    ["ulimits: {nofile: {soft: 1}}", "4:23 services.web.ulimits.nofile: it needs both a soft and a hard limit"],
    [
      "depends_on: {web: {condition: healthy}}",
      `4:35 services.web.depends_on.web.condition: "healthy" is not one of service_started, service_healthy, service_completed_successfully`
    ],
    [
      "build: {dockerfile: a, dockerfile_inline: FROM a}",
      "4:47 services.web.build.dockerfile_inline: the build has a dockerfile already"
    ],
    ["build: {contxt: .}", `4:13 services.web.build.contxt: there is no attribute "contxt"`],
    ["gpus: all", "4:11 services.web.gpus: graphics processors cannot be had here"],
    ["external_links: [a]", "4:21 services.web.external_links: links to containers of others cannot be had here"],
    ["use_api_socket: true", "4:21 services.web.use_api_socket: there is no API socket that a service could use"],
    ["provider: {type: x}", "4:15 services.web.provider: services of others cannot be had here"],
    ["models: [a]", "4:13 services.web.models: language models cannot be had here"],
    ["credential_spec: {file: a}", "4:22 services.web.credential_spec: service accounts of Windows cannot be had here"],
    ["post_start: [{user: a}]", "4:18 services.web.post_start[0]: it has no command"],
    ["pre_stop: [{command: []}]", "4:16 services.web.pre_stop[0]: it has no command"],
    ["develop: {watch: [{action: sync, target: /a}]}", "4:23 services.web.develop.watch[0]: it has no path"],
    ["develop: {watch: [{path: ., target: /a}]}", "4:23 services.web.develop.watch[0]: it has no action"],
    [
      "develop: {watch: [{path: ., action: sync}]}",
      "4:23 services.web.develop.watch[0]: there is no target that sync could copy to"
    ],
    [
      "develop: {watch: [{path: ., action: sync+exec, target: /a}]}",
      "4:23 services.web.develop.watch[0]: there is no command that sync+exec could run"
    ],
    [
      "develop: {watch: [{path: ., action: rebuild}]}",
      "2:3 services.web: rebuild is asked for when files change, and nothing is built"
    ],
    ["deploy: {mode: global}", `4:20 services.web.deploy.mode: services of mode "global" cannot be had here`],
    [
      "deploy: {resources: {reservations: {devices: [{capabilities: [gpu]}]}}}",
      "4:50 services.web.deploy.resources.reservations.devices: devices cannot be reserved here"
    ],
    [
      "networks: {default: {link_local_ips: [169.254.1.1]}}",
      "4:42 services.web.networks.default.link_local_ips: it cannot be had here"
    ]
  ])("refuse %j", async (attributes, complaint) => {
    expect(await complaints(withWeb(attributes))).toContain(complaint)
  })

  it.each([
    ["deploy: {placement: {constraints: [a]}}", "services.web.deploy.placement has no effect on one machine."],
    ["deploy: {update_config: {parallelism: 1}}", "services.web.deploy.update_config has no effect on one machine."],
    [
      "deploy: {resources: {reservations: {cpus: 1}}}",
      "services.web.deploy.resources.reservations.cpus has no effect on one machine."
    ],
    [
      "pull_policy: every_12h",
      `services.web.pull_policy is taken as "missing": images are not fetched again because of their age.`
    ],
    ["cpu_percent: 50", "services.web.cpu_percent has no effect on Linux; cpus has."],
    [
      "build: {context: ., entitlements: [security.insecure]}",
      "services.web.build.entitlements has no effect: no step of a build gets rights over the host."
    ],
    ["build: {context: ., sbom: true}", "services.web.build.sbom has no effect: images are made without attestations."]
  ])("tell that %j has no effect", async (attributes, sentence) => {
    expect((await load(withWeb(attributes))).notices).toContain(sentence)
  })

  it("suggest what was meant", async () => {
    expect((await problemsOf(withWeb("enviroment: {}")))[0]?.hint).toBe("did you mean environment?")
    expect((await problemsOf(withWeb("network_mode: hst")))[0]?.hint).toBe("did you mean host?")
    expect((await problemsOf(withWeb("zzz: 1")))[0]?.hint).toBe("extensions begin with x-")
  })
})

describe("rights of files", () => {
  const mode = async (text: string) => {
    const file = withWeb(`secrets: [{source: s, mode: ${text}}]`, "secrets: {s: {file: s}}\n")
    return (await load(file)).services["web"]?.secrets[0]?.mode
  }

  it("are octal with a leading zero or in quotes", async () => {
    expect(await mode("0440")).toBe(0o440)
    expect(await mode("0o440")).toBe(0o440)
    expect(await mode("'440'")).toBe(0o440)
    expect(await mode("288")).toBe(288)
  })

  it("are refused when they are none", async () => {
    const file = (text: string) => withWeb(`secrets: [{source: s, mode: ${text}}]`, "secrets: {s: {file: s}}\n")
    expect(await complaints(file("0999"))).toHaveLength(1)
    expect(await complaints(file("99999"))).toHaveLength(1)
  })
})

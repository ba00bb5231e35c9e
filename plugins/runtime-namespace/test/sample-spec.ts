import { type ContainerSpec, defaultCapabilities } from "@gantry/core/runtime/ContainerSpec"

/** A container that asks for nothing special. */
export const sampleSpec: ContainerSpec = {
  id: "a".repeat(64),
  hostname: "box",
  root: {
    type: "overlay",
    directory: "/store",
    lower: ["one", "two"],
    upper: "/tree/upper",
    work: "/tree/work",
    target: "/tree/root"
  },
  readonlyRoot: false,
  process: {
    argv: ["true"],
    env: ["PATH=/bin"],
    cwd: "/",
    user: "",
    groups: [],
    tty: false,
    capabilities: defaultCapabilities,
    noNewPrivileges: false,
    seccomp: { type: "default" },
    rlimits: []
  },
  mounts: [],
  shmBytes: 1 << 26,
  devices: [],
  files: { hosts: "127.0.0.1 localhost\n" },
  sysctls: {},
  namespaces: { pid: "own", ipc: "own", uts: "own", cgroup: "own" },
  wiring: [],
  resources: {},
  privileged: false,
  init: false
}

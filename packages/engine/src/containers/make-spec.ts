import type { ImageConfig } from "@gantry/core/image/ImageConfig"
import type {
  Account,
  ContainerSpec,
  MountSpec,
  NamespaceChoice,
  Rlimit,
  RootSource
} from "@gantry/core/runtime/ContainerSpec"
import { computeCapabilities } from "@gantry/linux/capabilities"
import * as Either from "effect/Either"
import { BadOption } from "../EngineError.ts"
import { mergedEnvironment } from "./environment.ts"
import { hostSysctl } from "./host-sysctl.ts"
import type { OwnUsers } from "./UsersWish.ts"
import type { RunOptions } from "./RunOptions.ts"

/** The search path of a container whose image sets none. Docker uses the same. */
export const defaultPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

/** What a container is made of, besides what was asked for. */
export interface SpecInput {
  readonly id: string
  readonly options: RunOptions
  readonly image: ImageConfig
  readonly root: RootSource
  readonly mounts: ReadonlyArray<MountSpec>
  /** Every capability the host's own root has, without CAP_: what `--privileged` and `ALL` mean. */
  readonly allCapabilities: ReadonlyArray<string>
  readonly own?: OwnUsers | undefined
  /** The host's own name: what a container on the host's network, or with its name, is called unless it is given another. */
  readonly hostName: string
}

/** The words of the container's command: ENTRYPOINT and CMD of the image, or what replaces them. */
export const commandOf = (
  image: Pick<ImageConfig["config"], "Entrypoint" | "Cmd">,
  options: Pick<RunOptions, "entrypoint" | "command">
): { readonly entrypoint: ReadonlyArray<string>; readonly command: ReadonlyArray<string> } => {
  const given = options.entrypoint?.filter((word) => word !== "")
  const own = image.Entrypoint ?? []
  // `ENTRYPOINT [""]` is how a Dockerfile takes away what its base has.
  const entrypoint = given ?? (own.length === 1 && own[0] === "" ? [] : own)
  // A new entrypoint drops the image's CMD: its words were meant for the old one.
  const inherited = given === undefined ? (image.Cmd ?? []) : []
  return { entrypoint, command: options.command.length > 0 ? options.command : inherited }
}

/**
 * From image and options to what the runtime starts, without the network, which only a start knows.
 *
 * Fails with `BadOption` when there is no command, or options contradict each other.
 */
export const makeSpec = ({
  allCapabilities,
  hostName,
  id,
  image,
  mounts,
  options,
  own,
  root
}: SpecInput): Either.Either<ContainerSpec, BadOption> => {
  const { command, entrypoint } = commandOf(image.config, options)
  const argv = [...entrypoint, ...command]
  if (argv.length === 0) {
    return Either.left(
      new BadOption({
        option: "command",
        why: "no command specified",
        hint:
          options.hostRoot === undefined
            ? "the image has no CMD or ENTRYPOINT: name a command after the image"
            : "name a command after the directory"
      })
    )
  }
  if (options.workdir !== undefined && !options.workdir.startsWith("/")) {
    return Either.left(
      new BadOption({
        option: `working directory ${JSON.stringify(options.workdir)}`,
        why: "it needs to be an absolute path"
      })
    )
  }
  const onHostNetwork = options.networks[0].network === "host"
  const sysctl = hostSysctl(options.sysctls, { network: onHostNetwork, ipc: options.namespaces.ipc === "host" })
  if (sysctl !== undefined) {
    return Either.left(
      new BadOption({
        option: "--sysctl",
        why: sysctl,
        hint: "it would change the host: set it there, or give the container a namespace of its own"
      })
    )
  }
  const named = onHostNetwork || options.namespaces.uts === "host"
  const hostname = options.hostname ?? (named ? hostName : id.slice(0, 12))
  const account = accountOf(options, image, own)
  const capabilities = capabilitiesOf(options, allCapabilities)
  if (Either.isLeft(capabilities)) return Either.left(capabilities.left)
  return Either.right({
    id,
    ...(options.runtime === undefined ? {} : { runtime: options.runtime }),
    hostname,
    ...(options.domainname === undefined ? {} : { domainname: options.domainname }),
    root,
    readonlyRoot: options.readonlyRoot,
    process: {
      argv,
      env: environmentOf(image.config.Env ?? [], options, hostname),
      cwd: cwdOf(options.workdir ?? image.config.WorkingDir),
      user: userOf(options, image, own),
      groups: options.groups,
      tty: options.tty,
      capabilities: capabilities.right,
      noNewPrivileges: options.noNewPrivileges,
      seccomp: options.privileged ? { type: "unconfined" } : options.seccomp,
      rlimits: options.rlimits satisfies ReadonlyArray<Rlimit>,
      ...(options.umask === undefined ? {} : { umask: options.umask }),
      ...(options.oomScoreAdj === undefined ? {} : { oomScoreAdj: options.oomScoreAdj })
    },
    mounts: options.namespaces.ipc === "host" ? [hostMemory, ...mounts] : mounts,
    shmBytes: options.shmBytes,
    devices: options.devices,
    ...(options.deviceRules.length === 0 ? {} : { deviceRules: options.deviceRules }),
    files: {},
    sysctls: options.sysctls,
    namespaces: { ...options.namespaces, pid: chosen(options.namespaces.pid), ipc: chosen(options.namespaces.ipc) },
    ...(own === undefined ? {} : { users: own.users }),
    ...(account === undefined ? {} : { account }),
    wiring: [],
    resources: withSwap(options.resources),
    ...(options.cgroupParent === undefined ? {} : { cgroupParent: options.cgroupParent }),
    privileged: options.privileged,
    ...(options.pathsUnmasked ? { pathsUnmasked: true } : {}),
    // Among other containers' or the host's processes it would be the first of nothing.
    init: options.init && options.namespaces.pid === "own"
  })
}

/** Who the command runs as, as `ProcessSpec.user` has it: who keeps the caller's number means the caller. */
export const userOf = (
  { user }: Pick<RunOptions, "user">,
  image: Pick<ImageConfig, "config">,
  own: Pick<OwnUsers, "caller"> | undefined
): string => user ?? (own?.caller === undefined ? (image.config.User ?? "") : `${own.caller.uid}:${own.caller.gid}`)

/** Who is to be known in the container: who keeps the caller's number, or a number that has an entry of its own. */
const accountOf = (
  options: Pick<RunOptions, "passwdEntry" | "user" | "workdir">,
  image: Pick<ImageConfig, "config">,
  own: Pick<OwnUsers, "caller"> | undefined
): Account | undefined => {
  const { passwdEntry } = options
  const entry = passwdEntry === undefined ? {} : { entry: passwdEntry }
  const home = cwdOf(options.workdir ?? image.config.WorkingDir)
  if (own?.caller !== undefined) return { ...own.caller, ...entry, home }
  const [, uid = "", gid = "0"] = /^(\d+)(?::(\d+))?$/.exec(userOf(options, image, own)) ?? []
  return uid === "" || passwdEntry === undefined
    ? undefined
    : { ...entry, name: uid, uid: Number(uid), gid: Number(gid), home }
}

/** As in Docker: who limits memory and says nothing of swap means as much of it. */
const withSwap = (resources: RunOptions["resources"]): RunOptions["resources"] =>
  resources.memoryBytes === undefined || resources.memorySwapBytes !== undefined
    ? resources
    : { ...resources, memorySwapBytes: 2 * resources.memoryBytes }

/** Those of other containers are known to a start only. */
const chosen = (wish: RunOptions["namespaces"]["ipc"]): NamespaceChoice => (wish === "host" ? "host" : "own")

/** Memory that processes share by name belongs to what they share: with the host's namespace comes the host's memory. */
export const hostMemory: MountSpec = {
  type: "bind",
  source: "/dev/shm",
  target: "/dev/shm",
  readonly: false,
  recursive: true
}

const cwdOf = (workdir: string | undefined): string => {
  if (workdir === undefined || workdir === "") return "/"
  return workdir.startsWith("/") ? workdir : `/${workdir}`
}

const environmentOf = (
  image: ReadonlyArray<string>,
  options: Pick<RunOptions, "env" | "envAlone" | "secrets" | "tty">,
  hostname: string
): ReadonlyArray<string> =>
  mergedEnvironment([
    ...(options.envAlone
      ? []
      : [
          `PATH=${defaultPath}`,
          ...(hostname === "" ? [] : [`HOSTNAME=${hostname}`]),
          ...(options.tty ? ["TERM=xterm"] : []),
          ...image
        ]),
    ...options.env,
    // A start sets them.
    ...options.secrets.flatMap(({ as }) => (as.type === "env" ? [as.name] : []))
  ])

const capabilitiesOf = (
  { capAdd, capDrop, privileged }: Pick<RunOptions, "capAdd" | "capDrop" | "privileged">,
  all: ReadonlyArray<string>
): Either.Either<ReadonlyArray<string>, BadOption> => {
  if (privileged) return Either.right(all)
  const wished = computeCapabilities({ add: capAdd, drop: capDrop })
  if (!wished.ok) {
    const kind = capAdd.includes(wished.unknown) ? "capability" : "dropped capability"
    return Either.left(new BadOption({ option: `${kind} ${wished.unknown}`, why: "there is no such capability" }))
  }
  // What the host's root itself does not have cannot be given away; asking for ALL means all that can.
  return Either.right(
    wished.capabilities
      .map((name) => name.slice("CAP_".length))
      .filter((name) => all.includes(name))
      .toSorted()
  )
}

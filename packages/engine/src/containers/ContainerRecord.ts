import type { Digest } from "@gantry/core/image/Digest"
import type { Attachment, PortRequest, PublishedPort } from "@gantry/core/network/Network"
import type { HealthRule, RestartRule, Shares } from "@gantry/core/runtime/Runtime"
import type { ContainerSpec } from "@gantry/core/runtime/ContainerSpec"
import type { NetworkWish } from "../networks/NetworkWish.ts"
import type { LogSettings } from "./LogSettings.ts"
import type { SecretWish } from "./SecretWish.ts"

/** A command that tells whether a container is well, and when it is asked. */
export interface HealthSettings extends HealthRule {
  /** `["CMD", …]` or `["CMD-SHELL", text]`. */
  readonly test: ReadonlyArray<string>
  /** The image's shell, for `CMD-SHELL`. */
  readonly shell: ReadonlyArray<string>
}

/** A mount as `inspect` shows it. */
export interface MountRecord {
  readonly type: "bind" | "volume" | "tmpfs" | "image"
  /** Name of the volume; empty otherwise. */
  readonly name: string
  /** Host path; an image as it was typed; empty for a tmpfs. */
  readonly source: string
  readonly target: string
  readonly readonly: boolean
  /** How the owners of its files were asked to be seen, in the notation of `-v`: `idmap=uids=…;gids=…`. */
  readonly idMap?: string
  /** Made for this container and removed with it. */
  readonly anonymous: boolean
  /** ID of an image that is mounted, and the tree of the layer store that stands on it. */
  readonly image?: Digest
  readonly tree?: string
}

/** The ports of a container that the host answers on now. */
export const portsOf = ({ attachments }: Pick<ContainerRecord, "attachments">): ReadonlyArray<PublishedPort> =>
  attachments.flatMap(({ ports }) => ports)

/** A container as it was created: all that is needed to start it again. Plain data. */
export interface ContainerRecord {
  /** 64 hex characters. */
  readonly id: string
  readonly name: string
  /** ID of the image it was made from; empty for one whose root is a directory of the host. */
  readonly image: Digest | ""
  /** The image as typed, or the directory of the host. */
  readonly imageName: string
  /** Milliseconds since 1970. */
  readonly createdAt: number
  /** Without what only a start decides: `wiring`, and the addresses in `files`. */
  readonly spec: ContainerSpec
  readonly labels: { readonly [name: string]: string }
  readonly mounts: ReadonlyArray<MountRecord>
  readonly options: {
    readonly autoRemove: boolean
    readonly stdin: boolean
    /** Created for somebody who attaches: standard input closes with the first who leaves. */
    readonly stdinOnce: boolean
    /** Signal number of `stop`. */
    readonly stopSignal: number
    /** Whether it was said, by `--stop-signal` or by the image: it then is the signal that means the end. */
    readonly stopSignalSaid?: true
    /** Seconds. */
    readonly stopTimeout: number
    /** Seconds after each start when it is stopped by itself; never when absent. */
    readonly timeout?: number
    /** The time zone that it was given; the image's when absent. */
    readonly timeZone?: string
    /** When it is started again by itself; never when absent. */
    readonly restart?: RestartRule
    /** How its health is looked at; not at all when absent. */
    readonly health?: HealthSettings
    readonly log: LogSettings
    /** Containers whose mounts it has, as asked for: `NAME` or `NAME:ro`. */
    readonly volumesFrom?: ReadonlyArray<string>
    /** Secrets that it is given at each start; none when absent. */
    readonly secrets?: ReadonlyArray<SecretWish>
    /** The first network it was created for, as `HostConfig.NetworkMode` tells it ever after. */
    readonly network: string
    /** The networks it joins when it starts, in the order of its links. */
    readonly networks: ReadonlyArray<NetworkWish>
    /** IDs of the containers whose processes it sees, and whose memory it shares; its own when absent. */
    readonly joins?: Pick<Shares, "pid" | "ipc">
    /** Other containers may share its memory and semaphores. */
    readonly ipcShareable?: true
    readonly ports: ReadonlyArray<PortRequest>
    /** `80/tcp`, sorted: exposed and not necessarily published. */
    readonly exposed: ReadonlyArray<string>
    readonly dns: ReadonlyArray<string>
    readonly dnsSearch: ReadonlyArray<string>
    readonly dnsOptions: ReadonlyArray<string>
    readonly hosts: ReadonlyArray<{ readonly name: string; readonly address: string }>
    /** Devices by the names of the Container Device Interface, looked for at each start; none when absent. */
    readonly cdiDevices?: ReadonlyArray<string>
    /** What was added to and taken from the usual capabilities, as asked for; nothing when absent. */
    readonly capAdd?: ReadonlyArray<string>
    readonly capDrop?: ReadonlyArray<string>
    /** For other programs; none when absent. */
    readonly annotations?: { readonly [name: string]: string }
    /** All exposed ports were to be published. */
    readonly publishAll?: boolean
    /** What `--userns` said; nothing when absent. */
    readonly userns?: string
    readonly entrypoint: ReadonlyArray<string>
    readonly command: ReadonlyArray<string>
  }
  /** Its removal has begun, and is finished by whoever notices should it be cut short. */
  readonly removing?: { readonly volumes: boolean }
  /** What it holds of its networks now, in the order of its links; empty while it is not running. */
  readonly attachments: ReadonlyArray<Attachment>
}

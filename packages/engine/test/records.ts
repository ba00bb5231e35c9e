import { ofBytes } from "@gantry/core/image/Digest"
import type { ContainerRecord } from "../src/containers/ContainerRecord.ts"
import { makeSpec } from "../src/containers/make-spec.ts"
import { defaults } from "../src/containers/RunOptions.ts"
import { defaultWish } from "../src/networks/NetworkWish.ts"
import { Either } from "effect"
import { configOf } from "./world.ts"

/** A container's record as `create` writes it, for tests that need no container behind it. */
export const recordOf = (id: string, name: string, more: Partial<ContainerRecord> = {}): ContainerRecord => {
  const full = id.padEnd(64, "0")
  return {
    id: full,
    name,
    image: ofBytes("image"),
    imageName: "busybox",
    createdAt: 0,
    spec: Either.getOrThrow(
      makeSpec({
        id: full,
        options: { ...defaults, image: "busybox" },
        image: configOf({ Cmd: ["sh"] }),
        root: { type: "opaque", store: "memory", id: full },
        mounts: [],
        allCapabilities: [],
        hostName: "host"
      })
    ),
    labels: {},
    mounts: [],
    options: {
      autoRemove: false,
      stdin: false,
      stdinOnce: false,
      stopSignal: 15,
      stopTimeout: 10,
      log: { driver: "file", maxBytes: 1000, files: 2 },
      network: "bridge",
      networks: [defaultWish],
      ports: [],
      exposed: [],
      dns: [],
      dnsSearch: [],
      dnsOptions: [],
      hosts: [],
      entrypoint: [],
      command: ["sh"]
    },
    attachments: [],
    ...more
  }
}

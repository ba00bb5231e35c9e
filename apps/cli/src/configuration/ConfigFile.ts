import * as Schema from "effect/Schema"
import { helperNames } from "../rootless/helper-names.ts"
import { isIp } from "../argv/values/ip.ts"

const Text = Schema.NonEmptyString

const Chosen = Schema.Union(
  Text.annotations({ description: "The plugin's package or file, without options" }),
  Schema.Struct({
    module: Text.annotations({
      description: "Name of a package, or path of a module or its folder; relative to the folder of this file"
    }),
    options: Schema.optional(Schema.Unknown).annotations({
      description: "What the plugin is told; its own schema says what that may be"
    })
  })
).annotations({ identifier: "Plugin", description: "Which module serves a contract" })

const Mirror = Schema.Union(
  Text.annotations({ description: "HOST[:PORT][/PATH]" }),
  Schema.Struct({
    location: Text.annotations({ description: "[http[s]://]HOST[:PORT][/PATH]" }),
    insecure: Schema.optional(Schema.Boolean).annotations({ description: "As for a registry" })
  })
).annotations({ identifier: "Mirror", description: "Another place that has the same images" })

const Registry = Schema.Struct({
  prefix: Text.annotations({
    description: "Host and port of a registry, and maybe the beginning of a repository's name"
  }),
  mirrors: Schema.optional(Schema.Array(Mirror)).annotations({
    description: "Asked in this order before the registry itself, and passed over when they fail"
  }),
  insecure: Schema.optional(Schema.Boolean).annotations({
    description: "Certificates are not verified, and plain HTTP is tried"
  }),
  ca: Schema.optional(Text).annotations({
    description: "Certificates to trust besides the system's; relative to the folder of this file"
  }),
  blocked: Schema.optional(Schema.Boolean).annotations({ description: "Nothing is pulled from it or pushed to it" })
}).annotations({ identifier: "Registry", description: "How the images under a prefix are reached" })

const plugin = Schema.optional(Chosen)

/** One `gantry.config.json`. The descriptions are the documentation of its keys. */
export const ConfigFile = Schema.Struct({
  $schema: Schema.optional(Schema.String).annotations({ description: "For editors; gantry does not look at it" }),
  plugins: Schema.optional(
    Schema.Struct({
      "blob-store": plugin.annotations({ description: "Keeps manifests, configurations and archives" }),
      "layer-store": plugin.annotations({ description: "Keeps unpacked layers and the trees of containers" }),
      "build-cache": plugin.annotations({ description: "Remembers what build steps made" }),
      registry: plugin.annotations({ description: "Fetches and sends images" }),
      network: plugin.annotations({ description: "Gives containers addresses and publishes ports" }),
      launcher: plugin.annotations({ description: "Says how a local container is started" }),
      runtime: plugin.annotations({ description: "Runs containers" })
    })
  ).annotations({ description: "Which module serves a contract instead of gantry's own, by the contract's name" }),
  publish: Schema.optional(
    Schema.Struct({
      defaultAddress: Schema.optional(
        Schema.String.pipe(Schema.filter((text) => isIp(text) || "it is not an IPv4 or IPv6 address"))
      ).annotations({
        description: "Address of the host that -p publishes on when it names none"
      }),
      mode: Schema.optional(Schema.Literal("nat", "proxy")).annotations({
        description:
          "Whether the kernel translates what reaches published ports (nat), or a process carries it, for which the host's rules of incoming packets count"
      })
    })
  ).annotations({ description: "Publishing of ports" }),
  rootless: Schema.optional(
    Schema.Struct({
      network: Schema.optional(Schema.Literal(...helperNames)).annotations({
        description:
          "Program that connects the network of an ordinary user's containers with the outside; the first that is there unless said. Not read from projects, and heeded when nothing of the user's runs"
      })
    })
  ).annotations({ description: "Containers of ordinary users" }),
  registries: Schema.optional(Schema.Array(Registry)).annotations({
    description: "Mirrors, certificates and bans, by registry or a part of one"
  }),
  trustedProjects: Schema.optional(Schema.Array(Text)).annotations({
    description:
      "Folders whose gantry.config.json is heeded; it can make gantry run other people's code. Not read from projects"
  })
}).annotations({ identifier: "Configuration", description: "gantry.config.json" })

/** What a file says. */
export type ConfigFile = typeof ConfigFile.Type

import type { Command } from "../Command.ts"
import { names } from "./names.ts"
import { trustOptions } from "./trust.ts"

/** `gantry push`. */
export const push = {
  ...names.push,
  usage: "[OPTIONS] NAME[:TAG] [DESTINATION]",
  interspersed: true,
  operands: { min: 1, max: 2 },
  options: {
    allTags: { kind: "flag", short: "a", about: "All local tags of the repository" },
    compression: {
      kind: "text",
      value: "format",
      also: ["compression-format"],
      about: "How layers are compressed that have to be: gzip, zstd or none (default gzip)"
    },
    compressionLevel: { kind: "number", about: "How hard: 1 to 9 for gzip (default 3), 1 to 19 for zstd (default 3)" },
    forceCompression: {
      kind: "flag",
      about: "Compress all layers anew, also those that the registry has in another form"
    },
    format: {
      kind: "text",
      short: "f",
      value: "format",
      about: "Media types of the manifest: oci or v2s2 (default oci)"
    },
    platform: {
      kind: "text",
      about: "Of an image for several platforms only this one, as os/arch[/variant]; all by default"
    },
    quiet: { kind: "flag", short: "q", about: "Print only the image's name" },
    ...trustOptions,
    disableContentTrust: {
      kind: "flag",
      fallback: true,
      about: "Skip signing",
      ignored: "gantry signs no images"
    }
  }
} as const satisfies Command

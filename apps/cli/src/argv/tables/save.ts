import type { Command } from "../Command.ts"
import { names } from "./names.ts"

/** `gantry save`. */
export const save = {
  ...names.save,
  usage: "[OPTIONS] IMAGE [IMAGE...]",
  interspersed: true,
  operands: { min: 1 },
  options: {
    compress: { kind: "flag", about: "Compress layers", supported: false },
    format: {
      kind: "text",
      value: "format",
      about: "docker-archive, oci-archive or oci-dir (default docker-archive)"
    },
    multiImageArchive: {
      kind: "flag",
      short: "m",
      about: "Several images in one archive",
      ignored: "all images that are named go into one archive"
    },
    notIn: {
      kind: "list",
      value: "image|file",
      about:
        "Leave out the layers of an image that the receiver has as well, or those that a file of the receiver's names"
    },
    output: {
      kind: "text",
      short: "o",
      value: "path",
      about: "File or folder to write to, instead of standard output"
    },
    platform: {
      kind: "text",
      about: "Of images for several platforms only this one, as os/arch[/variant]; all by default"
    },
    quiet: { kind: "flag", short: "q", about: "Say nothing, as always" },
    uncompressed: {
      kind: "flag",
      about: "Leave the layers of an OCI archive or folder uncompressed",
      ignored: "layers are saved uncompressed"
    }
  }
} as const satisfies Command

/** `gantry load`. */
export const load = {
  ...names.load,
  usage: "[OPTIONS]",
  interspersed: true,
  operands: { min: 0, max: 0 },
  options: {
    input: {
      kind: "text",
      short: "i",
      value: "path",
      about: "Archive or layout folder to read, instead of standard input"
    },
    platform: {
      kind: "text",
      about: "Of images for several platforms only this one, as os/arch[/variant]; all by default"
    },
    quiet: { kind: "flag", short: "q", about: "Say nothing of the progress, as always" }
  }
} as const satisfies Command

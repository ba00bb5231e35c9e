import type { Contract } from "@gantry/core/Plugin"

/** Headers of the fields that `plugin ls --format` knows. */
export const pluginHeaders = {
  Contract: "CONTRACT",
  From: "CHOSEN BY",
  Laws: "LAWS",
  Module: "MODULE",
  Name: "NAME",
  Version: "VERSION"
} as const

/** The fields that `plugin ls` shows, in this order. */
export const pluginColumns = ["Contract", "Name", "Version", "Laws", "From", "Module"] as const

/** Who serves a contract. */
export interface Serving {
  readonly contract: Contract
  readonly name: string
  readonly version: string | undefined
  /** Version of the laws that it keeps, as far as anybody says. */
  readonly laws: string | undefined
  readonly from: string
  /** Absolute path; undefined for gantry's own. */
  readonly file: string | undefined
}

/** One line of `plugin ls`, by the names that templates use. */
export const pluginRow = ({ contract, file, from, laws, name, version }: Serving) => ({
  Contract: contract,
  From: from,
  Laws: laws ?? "unknown",
  Module: file ?? "",
  Name: name,
  Version: version ?? "unknown"
})

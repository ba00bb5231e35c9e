import type { UsedVariable } from "@gantry/compose/variables/used-variables"
import { table } from "../../show/table.ts"

/** Variables as docker compose lists them: a table, or data whose fields it has given these names. */
export const variablesTable = (variables: ReadonlyArray<UsedVariable>): string =>
  table(
    ["NAME", "REQUIRED", "DEFAULT VALUE", "ALTERNATE VALUE"],
    variables.map(({ instead, name, required, usual }) => [name, String(required), usual, instead])
  )
    .map((line) => `${line}\n`)
    .join("")

/** The same for programs, by name. In YAML the names of its fields are small. */
export const variablesDocument = (variables: ReadonlyArray<UsedVariable>, format: "json" | "yaml"): unknown => {
  const called = (name: string) => (format === "yaml" ? name.toLowerCase() : name)
  return Object.fromEntries(
    variables.map(({ instead, name, required, usual }) => [
      name,
      {
        [called("Name")]: name,
        [called("DefaultValue")]: usual,
        [called("PresenceValue")]: instead,
        [called("Required")]: required
      }
    ])
  )
}

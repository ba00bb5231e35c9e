import { ruleOf } from "@gantry/build/dockerfile/check-policy"
import { type Diagnostic, render } from "@gantry/build/dockerfile/Diagnostic"
import type { Outline, OutlinedAccess, OutlinedTarget } from "@gantry/build/graph/outline"
import { table } from "./table.ts"

/** What a check has looked at, and what it has found. */
export interface Checked {
  readonly shown: string
  readonly text: string
  readonly warnings: ReadonlyArray<Diagnostic>
}

const indented = (value: unknown): string => `${JSON.stringify(value, undefined, 2)}\n`

const lines = (all: ReadonlyArray<string>): string => all.map((line) => `${line}\n`).join("")

/** Each warning with its place, and how many there are. */
export const checkText = ({ shown, warnings }: Checked): string => {
  const count = warnings.length
  const found = count === 1 ? "1 warning has been found!" : `${count} warnings have been found!`
  return lines([
    ...warnings.flatMap((each) => [render(shown, each), ""]),
    `Check complete, ${count === 0 ? "no warnings found." : found}`
  ])
}

/** The fields of BuildKit's lint results. */
export const checkJson = ({ shown, text, warnings }: Checked): string =>
  indented({
    warnings: warnings.map(({ code, message, range: { end, start }, suggestion }) => ({
      ruleName: ruleOf(code) ?? code,
      description: message,
      detail: suggestion === undefined ? message : `${message}; ${suggestion}`,
      location: {
        ranges: [
          {
            start: { line: start.line, character: start.column - 1 },
            end: { line: end.line, character: end.column - 1 }
          }
        ]
      }
    })),
    sources: [{ filename: shown, language: "Dockerfile", data: Buffer.from(text).toString("base64") }]
  })

/** Tables of what a caller can give, with a line between them. */
export const outlineText = ({ args, description, name, secrets, ssh }: Outline): string => {
  const access = (title: string, all: ReadonlyArray<OutlinedAccess>) =>
    all.length === 0
      ? []
      : [
          "",
          ...table(
            [title, "REQUIRED"],
            all.map((each) => [each.name, each.required ? "true" : ""])
          )
        ]
  const values = args.map((each) => [each.name, each.value ?? "", each.description])
  return lines([
    ...alignedFacts([
      ["TARGET:", name === "" ? "(default)" : name],
      ["DESCRIPTION:", description]
    ]),
    ...(args.length === 0 ? [] : ["", ...table(["BUILD ARG", "VALUE", "DESCRIPTION"], values)]),
    ...access("SECRET", secrets),
    ...access("SSH", ssh)
  ])
}

const alignedFacts = (facts: ReadonlyArray<readonly [string, string]>): ReadonlyArray<string> =>
  facts.filter(([, value]) => value !== "").map(([name, value]) => `${name.padEnd(13)}${value}`)

/** The fields of BuildKit's outline. */
export const outlineJson = ({ args, description, name, secrets, ssh }: Outline): string =>
  indented({
    ...(name === "" ? {} : { name }),
    ...(description === "" ? {} : { description }),
    args: args.map(({ description: about, name: arg, value }) => ({
      name: arg,
      ...(about === "" ? {} : { description: about }),
      ...(value === undefined ? {} : { value })
    })),
    secrets,
    ssh
  })

/** A line a stage; the one that is built by default is called so. */
export const targetsText = (targets: ReadonlyArray<OutlinedTarget>): string =>
  lines(
    table(
      ["TARGET", "DESCRIPTION"],
      targets.map(({ description, isDefault, name }) => [
        name === "" ? (isDefault ? "(default)" : "") : `${name}${isDefault ? " (default)" : ""}`,
        description
      ])
    )
  )

/** The fields of BuildKit's list of targets. */
export const targetsJson = (targets: ReadonlyArray<OutlinedTarget>): string =>
  indented({
    targets: targets.map(({ base, description, isDefault, name }) => ({
      ...(name === "" ? {} : { name }),
      ...(isDefault ? { default: true } : {}),
      ...(description === "" ? {} : { description }),
      base
    }))
  })

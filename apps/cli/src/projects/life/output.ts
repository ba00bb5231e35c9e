import type { LogLine } from "@gantry/engine/containers/Logs"
import { type Paint, palette } from "../../show/color.ts"
import type { Terminal } from "../../terminal.ts"
import type { Member } from "./members.ts"

/** How lines of several containers are shown. */
export interface OutputForm {
  readonly colors: boolean
  readonly prefix: boolean
  readonly timestamps: boolean
}

/** What a container is called before its lines: its service and number, or the name that its file gives it. */
export const shortName = ({ number, record, service }: Member): string =>
  record.name.endsWith(`-${service}-${number}`) ? `${service}-${number}` : record.name

const newline = 0x0a

/** Prints lines of containers, each behind the container's name. */
export const outputOf = (
  members: ReadonlyArray<Member>,
  { colors, prefix, timestamps }: OutputForm,
  terminal: Terminal
) => {
  const paints = palette({ isTerminal: colors && terminal.stdoutIsTerminal, environment: terminal.env })
  const wheel: ReadonlyArray<Paint> = [paints.cyan, paints.yellow, paints.green, paints.blue, paints.red]
  const width = Math.max(0, ...members.map((member) => shortName(member).length))
  // By name: another container may take the place of one.
  const heads = new Map(
    members.map((member, at) => {
      const paint = wheel[at % wheel.length] ?? paints.cyan
      return [member.record.name, prefix ? paint(`${shortName(member).padEnd(width)}  | `) : ""]
    })
  )
  return ({ record }: Member, { bytes, stream, time }: LogLine): void => {
    const print = stream === "stdout" ? terminal.out : terminal.err
    print(`${heads.get(record.name) ?? ""}${timestamps ? `${time} ` : ""}`)
    print(bytes)
    // What has no end yet would have the line of another container behind it.
    if (bytes.at(-1) !== newline) print("\n")
  }
}

/** Prints what a command of the Compose file wrote in a container, behind the container's name and an arrow. */
export const hookOutput = (member: Member, line: string, { prefix }: OutputForm, terminal: Terminal): void =>
  terminal.out(`${prefix ? `${shortName(member)} ->  | ` : ""}${line}\n`)

import { release } from "node:os"
import { version as table } from "../argv/tables/listing.ts"
import { jsonCompact } from "../show/json.ts"
import { render, templateStatus } from "../show/template.ts"
import { type Host, versionFacts, versionText } from "../show/version-facts.ts"
import type { Terminal } from "../terminal.ts"
import { version } from "../version.ts"
import { readArguments } from "./read-arguments.ts"

/** What runs gantry. */
const runtime = (): { readonly name: string; readonly version: string } => {
  const { bun, deno, node } = process.versions
  if (bun !== undefined) return { name: "Bun", version: bun }
  return deno === undefined ? { name: "Node", version: node } : { name: "Deno", version: deno }
}

const ownText = ({ arch, os, runtime: { name, version: own } }: Host): string =>
  ["gantry", ` Version:    ${version}`, ` Runtime:    ${name} ${own}`, ` OS/Arch:    ${os}/${arch}`, ""].join("\n")

/** `gantry version`: needs no engine, so it loads none. There is no daemon: client and server are one. */
export const showVersion = (words: ReadonlyArray<string>, args: ReadonlyArray<string>, terminal: Terminal): number => {
  const parsed = readArguments(table, words, args, terminal)
  if (typeof parsed === "number") return parsed
  const host: Host = {
    os: process.platform,
    arch: terminal.arch === "x64" ? "amd64" : terminal.arch,
    kernel: release(),
    runtime: runtime()
  }
  const data = versionFacts(host, terminal.program === "docker")
  const { format } = parsed.options
  if (format === undefined || format === "") {
    terminal.out(terminal.program === "docker" ? versionText(data) : ownText(host))
    return 0
  }
  if (format === "json") {
    terminal.out(`${jsonCompact(data)}\n`)
    return 0
  }
  const text = render(format, data)
  if (!text.ok) {
    terminal.err(terminal.program === "docker" ? `${text.problem}\n` : `gantry: ${text.problem}\n`)
    return templateStatus(text.problem)
  }
  terminal.out(`${text.value}\n`)
  return 0
}

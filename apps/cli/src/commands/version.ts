import { commandHelp, usageHint } from "../argv/help.ts"
import { parse } from "../argv/parse.ts"
import { sentence } from "../argv/Problem.ts"
import { version as table } from "../argv/tables/listing.ts"
import { jsonCompact } from "../show/json.ts"
import { render } from "../show/template.ts"
import type { Terminal } from "../terminal.ts"
import { version } from "../version.ts"

/** What runs gantry. */
const runtime = (): { readonly name: string; readonly version: string } => {
  const { bun, deno, node } = process.versions
  if (bun !== undefined) return { name: "Bun", version: bun }
  return deno === undefined ? { name: "Node", version: node } : { name: "Deno", version: deno }
}

/** `gantry version`: needs no engine, so it loads none. There is no daemon: client and server are one. */
export const showVersion = (words: ReadonlyArray<string>, args: ReadonlyArray<string>, terminal: Terminal): number => {
  const parsed = parse(table, words, args)
  if (!parsed.ok) {
    terminal.err(`gantry: ${sentence(parsed.problem)}\n\n${usageHint(table, words)}`)
    return parsed.problem.kind === "operands" ? 1 : 125
  }
  if (parsed.value.help) {
    terminal.out(commandHelp(table, words, terminal.size().columns))
    return 0
  }
  const { name, version: runtimeVersion } = runtime()
  const arch = terminal.arch === "x64" ? "amd64" : terminal.arch
  const facts = {
    Version: version,
    ApiVersion: "1.47",
    Os: process.platform,
    Arch: arch,
    Runtime: name,
    RuntimeVersion: runtimeVersion
  }
  const { format } = parsed.value.options
  if (format === undefined || format === "") {
    terminal.out(
      [
        "gantry",
        ` Version:    ${version}`,
        ` Runtime:    ${name} ${runtimeVersion}`,
        ` OS/Arch:    ${process.platform}/${arch}`,
        ""
      ].join("\n")
    )
    return 0
  }
  const data = { Client: facts, Server: facts }
  if (format === "json") {
    terminal.out(`${jsonCompact(data)}\n`)
    return 0
  }
  const text = render(format, data)
  if (!text.ok) {
    terminal.err(`gantry: ${text.problem}\n`)
    return 1
  }
  terminal.out(`${text.value}\n`)
  return 0
}

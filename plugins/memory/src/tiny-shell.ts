import { joinPath, parentOf } from "@gantry/core/tree/safe-path"
import type { TreeChange, TreeEntry } from "@gantry/core/tree/TreeEntry"
import type { Output } from "@gantry/core/runtime/Runtime"
import type { ProcessSpec } from "@gantry/core/runtime/ContainerSpec"
import type { Commands, Reply } from "./MemoryRuntime.ts"
import { tokens } from "./shell-words.ts"

/**
 * Enough of a shell to test Dockerfiles with: `sh -c` with `;`, `&&`, `||`, `>`, `>>`, `>&2`, quotes and variables, and the
 * programs true, false, exit, echo, cat, mkdir, touch, rm, test -e, pwd, env, ps and sleep. Files belong to root and to
 * the year 1970, so that the same words always give the same layer. What it does not know ends with 2 or 127 and says so.
 */
export const tinyShell: Commands = (process, tree, processes) => {
  const [program = "", ...words] = process.argv
  const run = new Run(process, tree, processes)
  const name = program.slice(program.lastIndexOf("/") + 1)
  if (name === "sh" || name === "bash") {
    if (words[0] !== "-c" || words[1] === undefined) return undefined
    run.script(words[1])
  } else if (name in programs) run.program(name, words)
  else return undefined
  return run.reply()
}

const root = { uid: 0, gid: 0, mtimeNs: 0n }

class Run {
  readonly env: ReadonlyMap<string, string>
  readonly files: Map<string, TreeEntry>
  readonly changes: Array<TreeChange> = []
  readonly output: Array<Output> = []
  readonly processes: ReadonlyArray<number>
  readonly cwd: string
  code = 0
  ends: Reply["ends"] = "at once"
  /** Set once nothing more of the script is run. */
  over = false
  /** Text that goes to a file instead of to the output. */
  private kept: string | undefined
  /** What is said goes to standard error. */
  private complains = false

  constructor(process: ProcessSpec, tree: ReadonlyMap<string, TreeEntry>, processes: ReadonlyArray<number>) {
    this.env = new Map(process.env.map((each) => [each.slice(0, each.indexOf("=")), each.slice(each.indexOf("=") + 1)]))
    this.files = new Map(tree)
    this.processes = processes
    this.cwd = process.cwd
  }

  reply(): Reply {
    return { output: this.output, changes: this.changes, code: this.code, ends: this.ends }
  }

  script(text: string): void {
    const all = tokens(text, this.env)
    if (all === undefined) return this.fail(2, "sh: this shell is too small for that")
    let words: Array<string> = []
    let target: { readonly path: string; readonly append: boolean } | undefined
    let append: boolean | undefined
    let skip = false
    for (const token of [...all, { sign: ";" } as const]) {
      if ("word" in token) {
        if (append === undefined) words.push(token.word)
        else target = { path: token.word, append }
        append = undefined
      } else if (token.sign === ">&2") this.complains = true
      else if (token.sign === ">" || token.sign === ">>") append = token.sign === ">>"
      else {
        if (!skip && !this.over) this.simple(words, target)
        skip = token.sign === "&&" ? this.code !== 0 : token.sign === "||" ? this.code === 0 : false
        words = []
        target = undefined
        this.complains = false
      }
    }
  }

  simple([name, ...words]: ReadonlyArray<string>, target?: { readonly path: string; readonly append: boolean }): void {
    if (name === undefined) return
    this.kept = target === undefined ? undefined : ""
    this.program(name, words)
    const text = this.kept
    this.kept = undefined
    if (target === undefined || text === undefined) return
    const path = this.path(target.path)
    const before = this.files.get(path)
    const start =
      target.append && before?.type === "file" && before.content.from === "bytes" ? before.content.bytes : []
    this.file(path, Buffer.concat([Uint8Array.from(start), Buffer.from(text)]))
  }

  program(name: string, words: ReadonlyArray<string>): void {
    this.code = 0
    const known = programs[name]
    if (known === undefined) this.fail(127, `sh: ${name}: not found`)
    else known(this, words)
  }

  /** The tree's spelling of a path as a command writes it. */
  path(text: string): string {
    const parts: Array<string> = []
    for (const part of (text.startsWith("/") ? text : `${this.cwd}/${text}`).split("/")) {
      if (part === "..") parts.pop()
      else if (part !== "" && part !== ".") parts.push(part)
    }
    return parts.join("/")
  }

  say(text: string): void {
    const stream = this.complains ? "stderr" : "stdout"
    if (this.kept === undefined || this.complains) this.output.push({ stream, bytes: new TextEncoder().encode(text) })
    else this.kept += text
  }

  fail(code: number, why: string): void {
    this.code = code
    this.output.push({ stream: "stderr", bytes: new TextEncoder().encode(`${why}\n`) })
  }

  file(path: string, bytes: Uint8Array): void {
    const parent = parentOf(path)
    if (parent !== "" && this.files.get(parent)?.type !== "directory")
      return this.fail(1, `sh: /${path}: no such directory`)
    if (this.files.get(path)?.type === "directory") return this.fail(1, `sh: /${path}: is a directory`)
    this.put({ ...root, type: "file", path, mode: 0o644, size: bytes.length, content: { from: "bytes", bytes } })
  }

  put(entry: TreeEntry): void {
    this.files.set(entry.path, entry)
    this.changes.push(entry)
  }

  remove(path: string): void {
    for (const each of this.files.keys()) if (each === path || each.startsWith(`${path}/`)) this.files.delete(each)
    this.changes.push({ type: "removed", path })
  }
}

const programs: Readonly<Record<string, (run: Run, words: ReadonlyArray<string>) => void>> = {
  true: () => undefined,
  false: (run) => void (run.code = 1),
  exit: (run, [code = "0"]) => {
    run.code = Number(code) % 256
    run.over = true
  },
  echo: (run, words) => {
    const bare = words[0] === "-n"
    run.say((bare ? words.slice(1) : words).join(" ") + (bare ? "" : "\n"))
  },
  pwd: (run) => run.say(`${run.cwd}\n`),
  env: (run) => run.say([...run.env].map(([name, value]) => `${name}=${value}\n`).join("")),
  ps: (run) => run.say(run.processes.map((number) => `${number}\n`).join("")),
  /** Waits for as long as anybody looks. */
  sleep: (run) => {
    run.ends = "never"
    run.over = true
  },
  cat: (run, words) => {
    if (words.length === 0) {
      run.ends = "with input"
      run.over = true
    }
    for (const word of words) {
      const entry = run.files.get(run.path(word))
      if (entry?.type === "file" && entry.content.from === "bytes")
        run.say(new TextDecoder().decode(entry.content.bytes))
      else run.fail(1, `cat: ${word}: no such file`)
    }
  },
  mkdir: (run, words) => {
    for (const word of words.filter((each) => each !== "-p")) {
      let path = ""
      for (const part of run.path(word).split("/")) {
        path = joinPath(path, part)
        if (!run.files.has(path)) run.put({ ...root, type: "directory", path, mode: 0o755 })
      }
    }
  },
  touch: (run, words) => {
    for (const word of words) if (!run.files.has(run.path(word))) run.file(run.path(word), new Uint8Array())
  },
  rm: (run, words) => {
    for (const word of words.filter((each) => !/^-[rf]+$/.test(each))) {
      if (run.files.has(run.path(word))) run.remove(run.path(word))
      else if (!words.some((each) => /^-r?f/.test(each))) run.fail(1, `rm: ${word}: no such file`)
    }
  },
  test: (run, [operator, path = ""]) => {
    if (operator === "-e") run.code = run.files.has(run.path(path)) ? 0 : 1
    else run.fail(2, "test: only -e is known here")
  }
}

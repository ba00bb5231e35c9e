import type { Draft } from "./Draft.ts"
import { modeChange } from "../key/chmod.ts"
import { readHeredocMark } from "./heredoc-marks.ts"
import type { Add, Copy } from "./Instruction.ts"
import { parseFlags } from "./parse-flags.ts"
import { looksLikeExecForm, readExecForm, splitBlanks, type Word } from "./words.ts"

/** Reads COPY. */
export const parseCopy = (draft: Draft): Copy | undefined => {
  const flags = parseFlags(draft, {
    from: "text",
    chown: "text",
    chmod: "text",
    link: "switch",
    parents: "switch",
    exclude: "list",
    "if-exists": "switch"
  })
  const from = flags.text("from")
  if (from?.text === "") draft.error("bad-flag-value", "--from needs the name of a stage or an image", { at: from })
  if (from !== undefined && from.text.includes("$")) {
    draft.error("variable-in-from", "--from cannot hold a variable", {
      at: { text: `--from=${from.text}`, offset: from.offset },
      suggestion: `write FROM ${from.text} AS name before this stage, and --from=name here`
    })
  }
  const paths = parsePaths(draft)
  const chmod = checkChmod(draft, flags.text("chmod"))
  if (paths === undefined) return undefined
  if (from === undefined && paths.sources.some((source) => /^(?:https?|git|ssh):\/\//i.test(source))) {
    draft.error("address-in-copy", "a source of COPY cannot be an address", { suggestion: "use ADD" })
  }
  if (paths.inline.length > 0 && from !== undefined) {
    draft.error("heredoc-with-from", "a heredoc cannot be copied --from another place", { at: from })
  }
  const chown = flags.text("chown")
  return {
    _tag: "Copy",
    range: draft.range,
    text: draft.text,
    ...paths,
    ...(from === undefined ? {} : { from: from.text }),
    ...(chown === undefined ? {} : { chown: chown.text }),
    ...(chmod === undefined ? {} : { chmod }),
    link: flags.on("link") ?? false,
    parents: flags.on("parents") ?? false,
    exclude: flags.list("exclude").map(({ text }) => text),
    ifExists: flags.on("if-exists") ?? false
  }
}

/** Reads ADD. */
export const parseAdd = (draft: Draft): Add | undefined => {
  const flags = parseFlags(draft, {
    chown: "text",
    chmod: "text",
    link: "switch",
    checksum: "text",
    "keep-git-dir": "switch",
    unpack: "switch",
    exclude: "list",
    "if-exists": "switch"
  })
  const checksum = flags.text("checksum")
  if (checksum !== undefined && !/\$|^[a-z0-9]+:[0-9a-f]{32,}$|^[0-9a-f]{4,64}$/.test(checksum.text)) {
    draft.error("bad-checksum", `"${checksum.text}" is not a checksum`, {
      at: { text: `--checksum=${checksum.text}`, offset: checksum.offset },
      suggestion: "write sha256: and 64 hex digits, or the commit of a git source"
    })
  }
  const paths = parsePaths(draft)
  const chmod = checkChmod(draft, flags.text("chmod"))
  if (paths === undefined) return undefined
  const chown = flags.text("chown")
  const keepGitDir = flags.on("keep-git-dir")
  const unpack = flags.on("unpack")
  return {
    _tag: "Add",
    range: draft.range,
    text: draft.text,
    ...paths,
    ...(chown === undefined ? {} : { chown: chown.text }),
    ...(chmod === undefined ? {} : { chmod }),
    link: flags.on("link") ?? false,
    exclude: flags.list("exclude").map(({ text }) => text),
    ifExists: flags.on("if-exists") ?? false,
    ...(checksum === undefined ? {} : { checksum: checksum.text }),
    ...(keepGitDir === undefined ? {} : { keepGitDir }),
    ...(unpack === undefined ? {} : { unpack })
  }
}

/** What to do about quotes, which hold no path together. */
export const blankPaths = 'write paths with blanks as ["a b", "c/"]'

const parsePaths = (draft: Draft): Pick<Copy, "sources" | "inline" | "dest"> | undefined => {
  const name = draft.name.text
  const words = pathWords(draft)
  if (words === undefined) return undefined
  const dest = words.at(-1)
  if (dest === undefined || words.length < 2) {
    draft.error("missing-arguments", `${name} requires a source and a destination`, {
      ...(dest === undefined ? {} : { at: dest }),
      suggestion: `write ${name} ${dest?.text ?? "SOURCE"} DESTINATION`
    })
    return undefined
  }
  if (readHeredocMark(dest.text, dest.offset) !== undefined) {
    draft.error("heredoc-destination", "a heredoc cannot be a destination", { at: dest })
    return undefined
  }
  // Bodies were collected in the order of their marks, so the n-th mark has the n-th body.
  const bodies = draft.line.heredocs.values()
  const sources: Array<string> = []
  const inline: Array<Copy["inline"][number]> = []
  for (const word of words.slice(0, -1)) {
    const mark = word.exec ? undefined : readHeredocMark(word.text, word.offset)
    const body = mark === undefined ? undefined : bodies.next().value
    if (mark === undefined) sources.push(word.text)
    else if (body !== undefined) inline.push(body)
  }
  if (words.length > 2 && !/\/$|\$|^\.$|\/\.$/.test(dest.text)) {
    draft.error("destination-not-directory", `with several sources the destination of ${name} must be a directory`, {
      at: dest,
      suggestion: words.some(({ text }) => /^["']/.test(text)) ? blankPaths : `end it with a slash: ${dest.text}/`
    })
  }
  return { sources, inline, dest: dest.text }
}

const pathWords = (draft: Draft): ReadonlyArray<Word & { readonly exec: boolean }> | undefined => {
  const exec = readExecForm(draft.rest.text)
  switch (exec.kind) {
    case "strings":
      return exec.values.map((text) => ({ text, offset: draft.rest.offset, exec: true }))
    case "not-strings":
      draft.error("exec-form-not-strings", "a list of paths may hold nothing but strings", { at: draft.rest })
      return undefined
    case "not-json":
      if (looksLikeExecForm(draft.rest.text)) {
        draft.warning("exec-form-invalid", "this is not valid JSON, so the brackets and quotes are part of the paths", {
          at: draft.rest,
          suggestion: 'write it as ["source", "destination"], with double quotes'
        })
      }
      return transferWords(draft)
  }
}

/** Blanks cut paths, except in a heredoc mark, which may have blanks and quotes inside. */
const transferWords = (draft: Draft): ReadonlyArray<Word & { readonly exec: boolean }> => {
  const words: Array<Word & { readonly exec: boolean }> = []
  let begin = 0
  const cut = (end: number) => {
    for (const word of splitBlanks(draft.rest.text.slice(begin, end), draft.rest.offset + begin)) {
      words.push({ ...word, exec: false })
    }
  }
  for (const { word } of draft.marks()) {
    cut(word.offset - draft.rest.offset)
    words.push({ ...word, exec: false })
    begin = word.offset - draft.rest.offset + word.text.length
  }
  cut(draft.rest.text.length)
  return words
}

/** A mode in octal, or changes such as `u=rwX,go-w`. */
const checkChmod = (draft: Draft, flag: Word | undefined): string | undefined => {
  if (flag === undefined) return undefined
  if (!flag.text.includes("$") && modeChange(flag.text) === undefined) {
    draft.error("bad-chmod", `"${flag.text}" is not a file mode`, {
      at: { text: `--chmod=${flag.text}`, offset: flag.offset },
      suggestion: "write octal digits such as 755, or changes such as u=rwX,go=rX"
    })
  }
  return flag.text
}

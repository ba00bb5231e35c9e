import type { Draft } from "./Draft.ts"
import type {
  Arg,
  Env,
  Expose,
  From,
  Label,
  Maintainer,
  Pair,
  StopSignal,
  User,
  Volume,
  Workdir
} from "./Instruction.ts"
import { parseFlags } from "./parse-flags.ts"
import { looksLikeExecForm, readExecForm, splitBlanks, splitLegacyPair, splitQuoted, type Word } from "./words.ts"

/** Reads FROM. */
export const parseFrom = (draft: Draft): From | undefined => {
  const platform = parseFlags(draft, { platform: "text" }).text("platform")
  const words = splitBlanks(draft.rest.text, draft.rest.offset)
  const [image, as, name] = words
  if (image === undefined) {
    draft.error("missing-arguments", "FROM requires an image", { suggestion: "write FROM image or FROM image AS name" })
    return undefined
  }
  if (words.length !== 1 && (words.length !== 3 || as?.text.toLowerCase() !== "as")) {
    draft.error("bad-from", "FROM takes an image, or an image, AS and a name", {
      at: as ?? image,
      suggestion: `write FROM ${image.text} AS name`
    })
  } else if (name !== undefined && !/^[a-z][a-z0-9-_.]*$/i.test(name.text)) {
    draft.error("bad-stage-name", `"${name.text}" cannot be the name of a stage`, {
      at: name,
      suggestion: "a name begins with a letter and goes on with letters, digits, - _ and ."
    })
  } else if (name !== undefined && /^(?:scratch|context)$/i.test(name.text)) {
    draft.warning("reserved-stage-name", `"${name.text}" has a meaning of its own and should not name a stage`, {
      at: name
    })
  }
  if (as !== undefined && as.text !== casedAs(draft) && as.text.toLowerCase() === "as") {
    draft.warning("as-casing", `"${as.text}" is not in the case of ${draft.text.slice(0, 4)}`, {
      at: as,
      suggestion: `write ${casedAs(draft)}`
    })
  }
  if (name !== undefined && name.text !== name.text.toLowerCase()) {
    draft.warning("stage-casing", `the name of stage ${name.text} should be in lower case`, {
      at: name,
      suggestion: `write ${name.text.toLowerCase()}`
    })
  }
  return {
    _tag: "From",
    range: draft.range,
    text: draft.text,
    image: image.text,
    ...(platform === undefined ? {} : { platform: platform.text }),
    ...(name === undefined ? {} : { as: name.text.toLowerCase() })
  }
}

const casedAs = ({ text }: Draft): string => (text.startsWith("from") ? "as" : "AS")

/** Reads ENV and LABEL: `name=value …`, or the old `name value`, which takes the whole rest of the line. */
export const parsePairs = (draft: Draft, tag: "Env" | "Label"): Env | Label | undefined => {
  parseFlags(draft, {})
  const words = splitQuoted(draft.rest.text, draft.rest.offset, draft.escape)
  const [first] = words
  const placed = { _tag: tag, range: draft.range, text: draft.text }
  if (first === undefined) {
    draft.error("missing-arguments", `${draft.name.text} requires at least one name=value`)
    return undefined
  }
  if (!first.text.includes("=")) {
    const legacy = splitLegacyPair(draft.rest)
    if (legacy === undefined) {
      draft.error("missing-arguments", `${draft.name.text} ${first.text} has no value`, {
        at: first,
        suggestion: `write ${draft.name.text} ${first.text}=VALUE`
      })
      return undefined
    }
    const name = legacy.name.text
    const value = legacy.value.text
    draft.warning("legacy-pair", `"${draft.name.text} name value" is the old form`, {
      at: draft.rest,
      suggestion: `write ${draft.name.text} ${name}=${/[\s"']/.test(value) ? '"…"' : value}`
    })
    return { ...placed, pairs: [{ name, value }] }
  }
  const pairs: Array<Pair> = []
  for (const word of words) {
    const equals = word.text.indexOf("=")
    if (equals < 0) {
      draft.error("missing-equals", `"${word.text}" has no = in it`, {
        at: word,
        suggestion: "put a value that has spaces in quotes"
      })
    } else if (equals === 0) draft.error("blank-name", "there is no name before =", { at: word })
    else {
      if (tag === "Env") warnOfSecret(draft, word)
      pairs.push({ name: word.text.slice(0, equals), value: word.text.slice(equals + 1) })
    }
  }
  return { ...placed, pairs }
}

/** Reads ARG. */
export const parseArg = (draft: Draft): Arg | undefined => {
  parseFlags(draft, {})
  const words = splitQuoted(draft.rest.text, draft.rest.offset, draft.escape)
  if (words.length === 0) {
    draft.error("missing-arguments", "ARG requires at least one name")
    return undefined
  }
  const args = words.flatMap((word): Arg["args"] => {
    const equals = word.text.indexOf("=")
    if (equals === 0) draft.error("blank-name", "there is no name before =", { at: word })
    warnOfSecret(draft, word)
    if (equals < 0) return [{ name: word.text }]
    return [{ name: word.text.slice(0, equals), default: word.text.slice(equals + 1) }]
  })
  return { _tag: "Arg", range: draft.range, text: draft.text, args }
}

/** Warns when a name sounds like a secret: values of ENV and ARG can be read from the image. */
const warnOfSecret = (draft: Draft, word: Word) => {
  const [name = ""] = word.text.split("=", 1)
  const isSecret = /(?:_|^)(?:apikey|auth|credentials?|key|password|pword|passwd|secret|token)(?:_|$)/i.test(name)
  if (!isSecret || /(?:_|^)public(?:_|$)/i.test(name)) return
  draft.warning("secret-in-image", `${name} sounds like a secret, and ${draft.name.text} writes it into the image`, {
    at: { text: name, offset: word.offset },
    suggestion: `use RUN --mount=type=secret,id=${name.toLowerCase()},env=${name}`
  })
}

/** Reads EXPOSE. */
export const parseExpose = (draft: Draft): Expose | undefined => {
  parseFlags(draft, {})
  const words = splitBlanks(draft.rest.text, draft.rest.offset)
  if (words.length === 0) {
    draft.error("missing-arguments", "EXPOSE requires at least one port")
    return undefined
  }
  for (const word of words) checkPort(draft, word)
  return { _tag: "Expose", range: draft.range, text: draft.text, ports: words.map(({ text }) => text) }
}

const checkPort = (draft: Draft, word: Word) => {
  if (/[$"'\\`]/.test(word.text)) return
  const match = /^(\d+)(?:-(\d+))?(?:\/(tcp|udp|sctp))?$/i.exec(word.text)
  const first = Number(match?.[1])
  const last = Number(match?.[2] ?? match?.[1])
  if (match?.[3] !== undefined && match[3] !== match[3].toLowerCase()) {
    draft.warning("protocol-casing", `the protocol of port ${word.text} should be in lower case`, {
      at: word,
      suggestion: `write ${word.text.toLowerCase()}`
    })
  }
  if (match === null && word.text.includes(":")) {
    draft.warning("exposes-host", `${word.text}: an address or a port of the host means nothing to EXPOSE`, {
      at: word,
      suggestion: `write ${word.text.slice(word.text.lastIndexOf(":") + 1)}, and publish it with run -p`
    })
  }
  // The host's side of a mapping (ip:port:port) is accepted by Docker and means nothing here.
  if (match === null ? !word.text.includes(":") : first > last || last > 65_535) {
    draft.error("bad-port", `"${word.text}" is not a port`, {
      at: word,
      suggestion: "write a number from 0 to 65535 or a range, with /tcp, /udp or /sctp after it if need be"
    })
  }
}

/** Reads VOLUME. */
export const parseVolume = (draft: Draft): Volume | undefined => {
  parseFlags(draft, {})
  const exec = readExecForm(draft.rest.text)
  if (exec.kind === "not-strings") {
    draft.error("exec-form-not-strings", "a list of paths may hold nothing but strings", { at: draft.rest })
    return undefined
  }
  if (exec.kind === "not-json" && looksLikeExecForm(draft.rest.text)) {
    draft.warning("exec-form-invalid", "this is not valid JSON, so the brackets and quotes are part of the paths", {
      at: draft.rest,
      suggestion: 'write it as ["path", "path"], with double quotes'
    })
  }
  const paths =
    exec.kind === "strings"
      ? exec.values.map((each) => each.trim())
      : splitBlanks(draft.rest.text, 0).map(({ text }) => text)
  if (paths.length === 0) draft.error("missing-arguments", "VOLUME requires at least one path")
  if (paths.includes("")) draft.error("blank-path", "the path of a volume cannot be empty", { at: draft.rest })
  return { _tag: "Volume", range: draft.range, text: draft.text, paths }
}

/** Reads the instructions whose argument is the whole rest of the line. */
export const parseSingle = (
  draft: Draft,
  tag: "Maintainer" | "Workdir" | "User" | "StopSignal"
): Maintainer | Workdir | User | StopSignal | undefined => {
  parseFlags(draft, {})
  const { text } = draft.rest
  if (text === "") {
    draft.error("missing-arguments", `${draft.name.text} requires exactly one argument`)
    return undefined
  }
  const placed = { range: draft.range, text: draft.text }
  switch (tag) {
    case "Maintainer":
      draft.warning("maintainer-deprecated", "MAINTAINER is deprecated", {
        suggestion: `write LABEL org.opencontainers.image.authors="${text}"`
      })
      return { _tag: tag, ...placed, name: text }
    case "Workdir":
      return { _tag: tag, ...placed, path: text }
    case "User":
      return { _tag: tag, ...placed, user: text }
    case "StopSignal":
      return { _tag: tag, ...placed, signal: text }
  }
}

import type { Draft } from "./Draft.ts"
import type { Cmd, CommandLine, Entrypoint, Healthcheck, Run, Shell } from "./Instruction.ts"
import { parseDuration } from "@gantry/core/duration"
import { parseFlags } from "./parse-flags.ts"
import { checkMount, splitMount } from "./run-mount.ts"
import { looksLikeExecForm, readExecForm, type Word } from "./words.ts"

/** Reads exec or shell form; nothing after an error. An empty text is an empty shell line. */
export const parseCommandLine = (draft: Draft, rest: Word): CommandLine | undefined => {
  const exec = readExecForm(rest.text)
  if (exec.kind === "strings") return { form: "exec", argv: exec.values }
  if (exec.kind === "not-strings") {
    draft.error("exec-form-not-strings", "an exec form may hold nothing but strings", {
      at: rest,
      suggestion: "put every argument in double quotes"
    })
    return undefined
  }
  if (looksLikeExecForm(rest.text)) {
    draft.warning("exec-form-invalid", "this is not valid JSON, so it is run by the shell as it stands", {
      at: rest,
      suggestion: 'write it as ["word", "word"], with double quotes'
    })
  }
  return { form: "shell", line: rest.text }
}

/** Reads RUN. */
export const parseRun = (draft: Draft): Run | undefined => {
  const flags = parseFlags(draft, { mount: "list", network: "text", security: "text" })
  const network = flags.text("network")
  const security = flags.text("security")
  if (network !== undefined && !isNetwork(network.text)) {
    draft.error("bad-network", `RUN has no network "${network.text}"`, {
      at: { text: `--network=${network.text}`, offset: network.offset },
      suggestion: "use default, none or host"
    })
  }
  if (security !== undefined && !isSecurity(security.text)) {
    draft.error("bad-security", `RUN has no security mode "${security.text}"`, {
      at: { text: `--security=${security.text}`, offset: security.offset },
      suggestion: "use sandbox or insecure"
    })
  }
  const mounts = flags.list("mount").flatMap((flag) => {
    const split = splitMount(flag.text)
    const problem = typeof split === "string" ? split : checkMount(split)
    if (problem !== undefined) draft.error("bad-mount", problem, { at: { ...flag, text: `--mount=${flag.text}` } })
    return typeof split === "string" ? [] : [split]
  })
  const command = parseCommandLine(draft, draft.rest)
  if (draft.rest.text === "" || (command?.form === "exec" && command.argv.length === 0)) {
    draft.error("missing-arguments", "RUN requires a command")
    return undefined
  }
  if (command === undefined) return undefined
  return {
    _tag: "Run",
    range: draft.range,
    text: draft.text,
    command,
    heredocs: draft.line.heredocs,
    mounts,
    network: network !== undefined && isNetwork(network.text) ? network.text : "default",
    security: security !== undefined && isSecurity(security.text) ? security.text : "sandbox"
  }
}

const isNetwork = (text: string): text is Run["network"] => text === "default" || text === "none" || text === "host"
const isSecurity = (text: string): text is Run["security"] => text === "sandbox" || text === "insecure"

/** Reads CMD and ENTRYPOINT. Both may be empty, which unsets what the base image has. */
export const parseStart = (draft: Draft, tag: "Cmd" | "Entrypoint"): Cmd | Entrypoint | undefined => {
  parseFlags(draft, {})
  const command: CommandLine | undefined =
    draft.rest.text === "" ? { form: "exec", argv: [] } : parseCommandLine(draft, draft.rest)
  return command === undefined ? undefined : { _tag: tag, range: draft.range, text: draft.text, command }
}

/** Reads SHELL, which has an exec form only. */
export const parseShell = (draft: Draft): Shell | undefined => {
  parseFlags(draft, {})
  const exec = readExecForm(draft.rest.text)
  if (exec.kind === "strings" && exec.values.length > 0) {
    return { _tag: "Shell", range: draft.range, text: draft.text, argv: exec.values }
  }
  if (draft.rest.text === "" || exec.kind === "strings") draft.error("missing-arguments", "SHELL requires a command")
  else {
    draft.error("shell-not-json", "SHELL requires its arguments as a JSON array of strings", {
      at: draft.rest,
      suggestion: 'for example SHELL ["/bin/bash", "-c"]'
    })
  }
  return undefined
}

/** Reads HEALTHCHECK. */
export const parseHealthcheck = (draft: Draft): Healthcheck | undefined => {
  const [, kind = "", between = "", command = ""] = /^(\S*)(\s*)([^]*)$/.exec(draft.rest.text) ?? []
  const at: Word = { text: kind, offset: draft.rest.offset }
  const placed = { _tag: "Healthcheck", range: draft.range, text: draft.text } as const
  if (kind === "") {
    draft.error("missing-arguments", "HEALTHCHECK requires CMD and a command, or NONE")
    return undefined
  }
  if (kind.toUpperCase() === "NONE") {
    parseFlags(draft, {})
    if (command !== "") draft.error("too-many-arguments", "HEALTHCHECK NONE takes no arguments", { at: draft.rest })
    return { ...placed, check: "none" }
  }
  const flags = parseFlags(draft, {
    interval: "text",
    timeout: "text",
    "start-period": "text",
    "start-interval": "text",
    retries: "text"
  })
  const duration = (name: "interval" | "timeout" | "start-period" | "start-interval") =>
    durationFlag(draft, name, flags.text(name))
  const interval = duration("interval")
  const timeout = duration("timeout")
  const startPeriod = duration("start-period")
  const startInterval = duration("start-interval")
  const retries = flags.text("retries")
  if (retries !== undefined && !isCount(retries.text)) {
    draft.error("bad-flag-value", `--retries must be a whole number from 0, not "${retries.text}"`, {
      at: { text: `--retries=${retries.text}`, offset: retries.offset }
    })
  }
  if (kind.toUpperCase() !== "CMD") {
    draft.error("unknown-health-check", `HEALTHCHECK has no form "${kind}"`, { at, suggestion: "use CMD or NONE" })
    return undefined
  }
  const commandAt = { text: command, offset: draft.rest.offset + kind.length + between.length }
  const line = parseCommandLine(draft, commandAt)
  if (command === "" || (line?.form === "exec" && line.argv.length === 0)) {
    draft.error("missing-arguments", "HEALTHCHECK CMD requires a command", { at })
  }
  if (line === undefined) return undefined
  return {
    ...placed,
    check: {
      command: line,
      ...(interval === undefined ? {} : { interval }),
      ...(timeout === undefined ? {} : { timeout }),
      ...(startPeriod === undefined ? {} : { startPeriod }),
      ...(startInterval === undefined ? {} : { startInterval }),
      ...(retries === undefined || !isCount(retries.text) ? {} : { retries: Number(retries.text) })
    }
  }
}

const isCount = (text: string) => /^\+?\d+$/.test(text) && Number(text) < 2 ** 31

/** Docker refuses a health check more often than once a millisecond. */
const shortest = 1e6

const durationFlag = (draft: Draft, name: string, flag: Word | undefined): number | undefined => {
  if (flag === undefined || flag.text === "") return undefined
  const value = parseDuration(flag.text)
  const at = { text: `--${name}=${flag.text}`, offset: flag.offset }
  if (value === undefined) {
    draft.error("bad-duration", `--${name}: "${flag.text}" is not a duration`, {
      at,
      suggestion: "for example 30s, 1m30s or 500ms"
    })
  } else if (value !== 0 && value < shortest) {
    draft.error("bad-duration", `--${name} cannot be less than 1ms`, { at })
  } else return value
  return undefined
}

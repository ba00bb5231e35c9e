import * as Effect from "effect/Effect"
import {
  attach as attachTable,
  commit as commitTable,
  copy as copyTable,
  exec as execTable,
  exportFiles as exportTable
} from "../../argv/tables/projects/working.ts"
import { plain } from "../../commands/Usage.ts"
import { defineProject, type ProjectContext } from "../define-project.ts"
import { label } from "../labels.ts"
import { allMembers, runs, serviceMembers } from "../life/members.ts"
import { oneMember } from "../life/one-member.ts"
import { typedCommand } from "../typed-command.ts"

/** `gantry compose exec`. */
export const exec = defineProject(execTable, ({ operands: [service = "", ...command], options }, context) =>
  Effect.gen(function* () {
    const member = yield* oneMember(context, service, options.index)
    if (!runs(member)) {
      return yield* plain(`service ${JSON.stringify(service)} is not running`, `gantry compose start ${service}`)
    }
    const { terminal } = context
    const tty = options.tty && !options.noTty && terminal.stdinIsTerminal && terminal.stdoutIsTerminal
    const words = [
      ...(options.detach ? ["--detach"] : []),
      ...(options.interactive && !options.detach ? ["--interactive"] : []),
      ...(tty && !options.detach ? ["--tty"] : []),
      ...options.env.map((each) => `--env=${each}`),
      ...(options.privileged ? ["--privileged"] : []),
      ...(options.user === undefined ? [] : [`--user=${options.user}`]),
      ...(options.workdir === undefined ? [] : [`--workdir=${options.workdir}`]),
      member.record.id,
      ...command
    ]
    return yield* typedCommand("exec", words, context)
  })
)

/** `gantry compose attach`. */
export const attach = defineProject(attachTable, ({ operands: [service = ""], options }, context) =>
  Effect.gen(function* () {
    const { record } = yield* oneMember(context, service, options.index)
    const words = [
      ...(options.detachKeys === undefined ? [] : [`--detach-keys=${options.detachKeys}`]),
      ...(options.noStdin ? ["--no-stdin"] : []),
      `--sig-proxy=${options.sigProxy}`,
      record.id
    ]
    return yield* typedCommand("attach", words, context)
  })
)

/** `gantry compose commit`. */
export const commit = defineProject(commitTable, ({ operands: [service = "", ...image], options }, context) =>
  Effect.gen(function* () {
    const { record } = yield* oneMember(context, service, options.index)
    const words = [
      ...(options.author === undefined ? [] : [`--author=${options.author}`]),
      ...options.change.map((each) => `--change=${each}`),
      ...(options.message === undefined ? [] : [`--message=${options.message}`]),
      `--pause=${options.pause}`,
      record.id,
      ...image
    ]
    return context.globals.dryRun ? 0 : yield* typedCommand("commit", words, context)
  })
)

/** `gantry compose export`. */
export const exportFiles = defineProject(exportTable, ({ operands: [service = ""], options }, context) =>
  Effect.gen(function* () {
    const { record } = yield* oneMember(context, service, options.index)
    const words = [...(options.output === undefined ? [] : [`--output=${options.output}`]), record.id]
    return context.globals.dryRun ? 0 : yield* typedCommand("exportContainer", words, context)
  })
)

/** A place that names a service, and what is behind the name; none for a path of the host, or for a stream. */
const placeIn = (place: string): { readonly service: string; readonly path: string } | undefined => {
  const [, service, path] = /^([a-zA-Z0-9][a-zA-Z0-9._-]*):(.*)$/s.exec(place) ?? []
  return service === undefined || path === undefined ? undefined : { service, path }
}

/** The containers of a service that something is copied to: all of them, or the one of a number. */
const copiedTo = (
  service: string,
  { all, index }: { readonly all: boolean; readonly index?: number | undefined },
  context: ProjectContext
) =>
  Effect.gen(function* () {
    const one = yield* oneMember(context, service, index)
    if (index !== undefined) return [one]
    const project = one.record.labels[label.project] ?? ""
    return (yield* all ? allMembers(project) : serviceMembers(project)).filter((member) => member.service === service)
  })

/** `gantry compose cp`: of two places the one that names a service stands for its containers, for the first to read from. */
export const copy = defineProject(copyTable, ({ operands: [from = "", to = ""], options }, context) =>
  Effect.gen(function* () {
    const source = placeIn(from)
    const target = placeIn(to)
    if (source !== undefined && target !== undefined) {
      return yield* plain(
        "copying between services is not supported",
        "copy to the host first, or pipe: gantry compose cp A:PATH - | gantry compose cp - B:DIR"
      )
    }
    const words = [...(options.archive ? ["--archive"] : []), ...(options.followLink ? ["--follow-link"] : [])]
    if (source !== undefined) {
      const { record } = yield* oneMember(context, source.service, options.index)
      return yield* typedCommand("copy", [...words, `${record.id}:${source.path}`, to], context)
    }
    if (target === undefined) {
      return yield* plain("unknown copy direction", "write one of the places as SERVICE:PATH")
    }
    const members = yield* copiedTo(target.service, options, context)
    if (from === "-" && members.length > 1) {
      return yield* plain(
        `standard input cannot be copied to the ${members.length} containers of ${target.service}`,
        "say which one with --index"
      )
    }
    for (const { record } of members) {
      const status = yield* typedCommand("copy", [...words, from, `${record.id}:${target.path}`], context)
      if (status !== 0) return status
    }
    return 0
  })
)

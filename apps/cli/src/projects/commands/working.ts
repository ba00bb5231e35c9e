import * as Effect from "effect/Effect"
import { copy as copyTable, attach as attachTable, exec as execTable } from "../../argv/tables/projects/working.ts"
import { plain } from "../../commands/Usage.ts"
import { defineProject } from "../define-project.ts"
import { runs } from "../life/members.ts"
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

/** `gantry compose cp`: of two places the one that names a service stands for its container. */
export const copy = defineProject(copyTable, ({ operands, options }, context) =>
  Effect.gen(function* () {
    const places = yield* Effect.forEach(operands, (place) => {
      const [, service, path] = /^([a-zA-Z0-9][a-zA-Z0-9._-]*):(.*)$/s.exec(place) ?? []
      if (service === undefined || path === undefined) return Effect.succeed(place)
      return Effect.map(oneMember(context, service, options.index), ({ record }) => `${record.id}:${path}`)
    })
    const words = [...(options.archive ? ["--archive"] : []), ...(options.followLink ? ["--follow-link"] : [])]
    return yield* typedCommand("copy", [...words, ...places], context)
  })
)

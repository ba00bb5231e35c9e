import * as Effect from "effect/Effect"
import { plain } from "../../commands/Usage.ts"
import { type ProjectContext, servicesOf } from "../define-project.ts"
import { knownProject } from "./known-project.ts"
import { runs, serviceMembers } from "./members.ts"

/** A container of a service: the one of a number, else the first that runs, else the first. */
export const oneMember = (context: ProjectContext, service: string, index: number | undefined) =>
  Effect.gen(function* () {
    const project = yield* knownProject(context, [service])
    yield* servicesOf(project, [service])
    const members = (yield* serviceMembers(project.name)).filter((member) => member.service === service)
    const found =
      index === undefined ? (members.find(runs) ?? members[0]) : members.find(({ number }) => number === index)
    return (
      found ??
      (yield* plain(
        index === undefined
          ? `service ${JSON.stringify(service)} has no container`
          : `service ${JSON.stringify(service)} has no container ${index}`,
        `gantry compose up -d ${service} makes and starts it`
      ))
    )
  })

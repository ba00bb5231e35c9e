import type { Project } from "@gantry/compose/Project"
import { Network } from "@gantry/core/network/Network"
import { removeNetwork } from "@gantry/engine/verbs/remove-network"
import { removeVolume } from "@gantry/engine/verbs/remove-volume"
import { Volumes } from "@gantry/engine/volumes/Volumes"
import * as Effect from "effect/Effect"
import { down as table } from "../../argv/tables/projects/lifecycle.ts"
import { plain } from "../../commands/Usage.ts"
import { isOrphan, orphanWish, tellOrphans } from "../make/orphans.ts"
import { takeAway } from "../make/take-away.ts"
import { defineProject, progressOf, type ProjectContext } from "../define-project.ts"
import { knownProject } from "../life/known-project.ts"
import { label } from "../labels.ts"
import { allMembers, type Member } from "../life/members.ts"
import type { Progress } from "../progress.ts"
import { imageOf } from "../make/service-options.ts"
import { fromTheEnd, stopMembers } from "../life/stop-services.ts"
import { silently, typedCommand } from "../typed-command.ts"

/**
 * Networks of a project that somebody else may still be in: that is said, and is no failure. Succeeds with how many there
 * were.
 */
const removeNetworks = (project: Project, progress: Progress) =>
  Effect.gen(function* () {
    const mine = (yield* (yield* Network).list).filter(({ labels }) => labels[label.project] === project.name)
    for (const { name } of mine) {
      yield* progress.change("Network", name, ["Removing", "Removed"], removeNetwork(name)).pipe(
        Effect.catchTag("NetworkRefused", () =>
          Effect.sync(() => progress.note("Network", name, "Resource is still in use"))
        ),
        Effect.catchTag("NetworkMissing", () => Effect.void)
      )
    }
    return mine.length
  })

const removeVolumes = (project: Project, progress: Progress) =>
  Effect.gen(function* () {
    const external = new Set(Object.values(project.volumes).flatMap((volume) => (volume.external ? [volume.name] : [])))
    const mine = (yield* (yield* Volumes).list).filter(
      ({ labels, name }) => labels[label.project] === project.name && !external.has(name)
    )
    for (const { name } of mine) {
      yield* progress.change("Volume", name, ["Removing", "Removed"], removeVolume(name)).pipe(
        Effect.catchTag("VolumeInUse", () =>
          Effect.sync(() => progress.note("Volume", name, "Resource is still in use"))
        ),
        Effect.catchTag("NoSuchVolume", () => Effect.void)
      )
    }
    return mine.length
  })

/** Images of services: all, or only those that have no name of their own. */
const removeImages = (
  project: Project,
  members: ReadonlyArray<Member>,
  which: "all" | "local",
  progress: Progress,
  context: ProjectContext
) => {
  const named = Object.values(project.services).flatMap((service) =>
    which === "all" || service.image === undefined ? [imageOf(project, service)] : []
  )
  // Without a Compose file the containers tell which images they had.
  const had = members.map(({ record }) => record.imageName)
  const own = (image: string) => image.startsWith(`${project.name}-`)
  const images = new Set([...named, ...had.filter((each) => which === "all" || own(each))])
  const quiet = Object.create(silently(context).terminal, {
    err: { value: () => undefined }
  }) as ProjectContext["terminal"]
  return Effect.forEach(
    images,
    (image) =>
      Effect.gen(function* () {
        if (progress.isDry) return progress.note("Image", image, "Removed")
        const status = yield* typedCommand("rmi", [image], { ...context, terminal: quiet })
        progress.note("Image", image, status === 0 ? "Removed" : "Warning: No resource found to remove")
      }),
    { discard: true }
  )
}

/** `gantry compose down`. */
export default defineProject(table, ({ operands, options }, context) =>
  Effect.gen(function* () {
    const { rmi, timeout, volumes } = options
    if (rmi !== undefined && rmi !== "all" && rmi !== "local") {
      return yield* plain(`invalid value for --rmi: ${JSON.stringify(rmi)}`, "use local or all")
    }
    const project = yield* knownProject(context, operands)
    const progress = progressOf(context)
    const orphans = yield* orphanWish(project, options.removeOrphans)
    const removes = orphans === "remove"
    const all = yield* allMembers(project.name)
    const named = new Set(
      operands.length > 0 ? operands : [...Object.keys(project.services), ...Object.keys(project.disabled)]
    )
    const isLost = isOrphan(project)
    const ofServices = all.filter(({ oneOff, service }) => named.has(service) && (removes || !oneOff))
    const lost = operands.length > 0 ? [] : all.filter((member) => isLost(member) && !ofServices.includes(member))
    const members = removes ? [...ofServices, ...lost] : ofServices
    yield* stopMembers(project, members, { seconds: timeout }, progress, context)
    yield* fromTheEnd(project, members, context, (member) =>
      progress.change("Container", member.record.name, ["Removing", "Removed"], takeAway(member, { timeout, volumes }))
    )
    if (operands.length > 0) return 0
    if (orphans === "tell") tellOrphans(lost, context)
    const networks = yield* removeNetworks(project, progress)
    const held = volumes ? yield* removeVolumes(project, progress) : 0
    if (members.length + networks + held === 0 && rmi === undefined) {
      // In docker compose's words, which scripts look for.
      context.terminal.err(`Warning: No resource found to remove for project ${JSON.stringify(project.name)}.\n`)
    }
    if (rmi !== undefined) yield* removeImages(project, members, rmi, progress, context)
    return 0
  })
)

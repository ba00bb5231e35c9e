import { isYes } from "@gantry/compose/files/load-environment"
import type { Project } from "@gantry/compose/Project"
import * as Effect from "effect/Effect"
import { plain, type Usage } from "../../commands/Usage.ts"
import { allMembers, type Member, runs } from "../life/members.ts"
import type { Progress } from "../progress.ts"
import { atOnce, type ProjectContext } from "../define-project.ts"
import { takeAway } from "./take-away.ts"

/** What becomes of containers of services that the files do not have. */
export type OrphanWish = "ignore" | "remove" | "tell"

/** `--remove-orphans`, and what variables say in its place. */
export const orphanWish = (
  { environment }: Pick<Project, "environment">,
  isAsked: boolean
): Effect.Effect<OrphanWish, Usage> => {
  const removes = isAsked || isYes(environment["COMPOSE_REMOVE_ORPHANS"])
  if (!isYes(environment["COMPOSE_IGNORE_ORPHANS"])) return Effect.succeed(removes ? "remove" : "tell")
  return removes
    ? plain(
        "cannot combine COMPOSE_IGNORE_ORPHANS and --remove-orphans",
        "unset COMPOSE_IGNORE_ORPHANS, or leave out --remove-orphans and COMPOSE_REMOVE_ORPHANS"
      )
    : Effect.succeed("ignore")
}

/**
 * Whether a container belongs to nothing that the files still have, as docker compose sees it: its service is not there any
 * more, or `compose run` made it and it has ended.
 */
export const isOrphan =
  ({ disabled, services }: Pick<Project, "disabled" | "services">) =>
  (member: Member): boolean =>
    member.oneOff ? !runs(member) : !Object.hasOwn(services, member.service) && !Object.hasOwn(disabled, member.service)

/** Says which containers belong to nothing any more. */
export const tellOrphans = (orphans: ReadonlyArray<Member>, { terminal }: Pick<ProjectContext, "terminal">): void => {
  if (orphans.length === 0) return
  terminal.err(
    `gantry: found orphan containers (${orphans.map(({ record }) => record.name).join(", ")}) for this project\n` +
      "  why: their services were renamed or removed in the Compose files, or compose run made them and they have ended\n" +
      "  try: run this command with --remove-orphans to remove them\n"
  )
}

/** Deals with the containers that belong to nothing any more. */
export const settleOrphans = (
  project: Project,
  { timeout, wish }: { readonly wish: OrphanWish; readonly timeout?: number | undefined },
  progress: Progress,
  context: ProjectContext
) =>
  Effect.gen(function* () {
    if (wish === "ignore") return
    const orphans = (yield* allMembers(project.name)).filter(isOrphan(project))
    if (wish === "tell") return tellOrphans(orphans, context)
    yield* Effect.forEach(
      orphans,
      (member) =>
        progress.change(
          "Container",
          member.record.name,
          ["Removing", "Removed"],
          takeAway(member, { timeout, volumes: false })
        ),
      { concurrency: atOnce(context), discard: true }
    )
  })

import { bareService } from "@gantry/compose/bare-service"
import type { ComposeFileError } from "@gantry/compose/ComposeFileError"
import type { Dependency, Project, Service } from "@gantry/compose/Project"
import type { Runtime } from "@gantry/core/runtime/Runtime"
import type { StorageFailure } from "@gantry/core/store/StoreError"
import type { Containers } from "@gantry/engine/containers/Containers"
import * as Effect from "effect/Effect"
import { type ProjectContext, readQuietly } from "../define-project.ts"
import { dependsOnOf, label } from "../labels.ts"
import { allMembers, type Member } from "./members.ts"

const started: Dependency = { condition: "service_started", restart: false, required: true }

/** What the labels of a project's containers tell of it. */
const projectOfLabels = (name: string, members: ReadonlyArray<Member>, cwd: string): Project => {
  const services = new Map(
    members.map(({ record, service }): readonly [string, Service] => {
      const needs = dependsOnOf(record.labels[label.dependsOn])
      return [service, { ...bareService(service), dependsOn: Object.fromEntries(needs.map((need) => [need, started])) }]
    })
  )
  const labels = members[0]?.record.labels ?? {}
  return {
    name,
    directory: labels[label.directory] ?? cwd,
    files: (labels[label.files] ?? "").split(",").filter((each) => each !== ""),
    environment: {},
    services: Object.fromEntries(services),
    disabled: {},
    networks: {},
    volumes: {},
    secrets: {},
    configs: {},
    notices: []
  }
}

/**
 * The project that is meant, for commands that deal with what is there: where no Compose file is found, one that is named
 * is known by its containers.
 */
export const knownProject = (
  context: ProjectContext,
  named: ReadonlyArray<string> = []
): Effect.Effect<Project, ComposeFileError | StorageFailure, Containers | Runtime> => {
  const name = context.globals.projectName ?? context.terminal.env["COMPOSE_PROJECT_NAME"] ?? ""
  const read = readQuietly(context, named)
  if (name === "") return read
  return Effect.catchAll(
    read,
    (failure): Effect.Effect<Project, ComposeFileError | StorageFailure, Containers | Runtime> =>
      failure.problems.some(({ isMissing }) => isMissing)
        ? Effect.map(allMembers(name), (members) => projectOfLabels(name, members, context.terminal.cwd))
        : Effect.fail(failure)
  )
}

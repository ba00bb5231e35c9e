import { configHash } from "@gantry/compose/config-hash"
import type { Project, Service } from "@gantry/compose/Project"
import { hexOf, ofBytes } from "@gantry/core/image/Digest"
import { serviceSecrets } from "./service-mounts.ts"

/**
 * What makes a container of a service another one: the service, and those of its secrets and configs that stand in the
 * Compose files themselves.
 */
export const serviceHash = (project: Pick<Project, "configs" | "secrets">, service: Service): string => {
  const own = configHash(service)
  const files = serviceSecrets(service, project)
  if (files.length === 0) return own
  const facts = files.map(({ as, from, id }) => [id, Object.entries(from), Object.entries(as)])
  return hexOf(ofBytes(JSON.stringify([own, facts])))
}

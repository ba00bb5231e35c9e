import * as ImageRef from "@gantry/core/image/ImageRef"
import { Registry } from "@gantry/core/registry/Registry"
import type { Project } from "@gantry/compose/Project"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import { plain } from "../../commands/Usage.ts"

/** Registries that are asked at the same time. */
const atOnce = 5

/** An image as it is now in its registry, by digest. One that says its digest is not asked for. */
const pinned = (service: string, image: string) =>
  Effect.gen(function* () {
    const ref = ImageRef.parse(image)
    if (Either.isLeft(ref)) {
      return yield* plain(`service ${service}: ${ref.left.why}`, "change image in the Compose file")
    }
    if (ref.right.digest !== undefined) return ImageRef.format(ref.right)
    const { descriptor } = yield* (yield* Registry).resolve(ref.right)
    return ImageRef.format({ ...ref.right, digest: descriptor.digest })
  })

/** A project whose services have the images that their names mean now, by digest. */
export const withPinnedImages = (project: Project) =>
  Effect.gen(function* () {
    const services = yield* Effect.forEach(
      Object.entries(project.services),
      ([name, service]) =>
        // A name with variables in it means nothing while they are not filled in.
        service.image === undefined || (project.written !== undefined && service.image.includes("$"))
          ? Effect.succeed([name, service] as const)
          : Effect.map(pinned(name, service.image), (image) => [name, { ...service, image }] as const),
      { concurrency: atOnce }
    )
    const found = { ...project, services: Object.fromEntries(services) }
    return project.written === undefined ? found : { ...found, written: withImages(project.written, found) }
  })

/** Files as they are written with the images of these services, which are those whose names have no variables in them. */
const withImages = (written: unknown, { services }: Pick<Project, "services">): unknown => {
  const files = written as { readonly services?: { readonly [name: string]: object } }
  const pinnedServices = Object.entries(files.services ?? {}).map(([name, service]) => {
    const { image } = services[name] ?? {}
    return [name, image === undefined ? service : { ...service, image }]
  })
  return { ...files, services: Object.fromEntries(pinnedServices) }
}

/** A file that overrides images and nothing else. */
export const imagesDocument = ({ services }: Pick<Project, "services">): unknown => ({
  services: Object.fromEntries(
    Object.entries(services)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, { image }]) => [name, image === undefined ? {} : { image }])
  )
})

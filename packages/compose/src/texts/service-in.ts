import type { Service } from "../Project.ts"

/** The service that a text such as `service:NAME` means, if it means one. */
export const serviceIn = (text: string | undefined): string | undefined =>
  text?.startsWith("service:") === true ? text.slice("service:".length) : undefined

/** The services whose images the build of a service takes files from. */
export const contextServices = ({ build }: Pick<Service, "build">): ReadonlyArray<string> =>
  Object.values(build?.additionalContexts ?? {}).flatMap((place) => serviceIn(place) ?? [])

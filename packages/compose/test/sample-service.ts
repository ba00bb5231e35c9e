import { bareService } from "../src/bare-service.ts"
import type { Service } from "@gantry/compose/Project"

/** A service that says nothing beyond its name and image. */
export const sampleService = (name: string, more: Partial<Service> = {}): Service => ({
  ...bareService(name),
  image: "app",
  ...more
})

import type { Project, Service } from "@gantry/compose/Project"
import { bareService } from "@gantry/compose/bare-service"

/** A service of which only this is said. */
export const service = (name: string, said: Partial<Service> = {}): Service => ({ ...bareService(name), ...said })

/** A project of these services. */
export const project = (services: ReadonlyArray<Service>, said: Partial<Project> = {}): Project => ({
  name: "shop",
  directory: "/srv/shop",
  files: ["/srv/shop/compose.yaml"],
  environment: {},
  services: Object.fromEntries(services.map((each) => [each.name, each])),
  disabled: {},
  networks: {
    default: {
      name: "shop_default",
      external: false,
      driverOpts: {},
      internal: false,
      attachable: false,
      labels: {},
      ipam: []
    }
  },
  volumes: {},
  secrets: {},
  configs: {},
  notices: [],
  ...said
})

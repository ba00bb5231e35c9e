import type { Dependency } from "@gantry/compose/Project"

const started: Dependency = { condition: "service_started", restart: false, required: true }

/** Services by what each needs. */
export const servicesOf = (needs: { readonly [name: string]: ReadonlyArray<string> }) =>
  Object.fromEntries(
    Object.entries(needs).map(([name, list]) => [
      name,
      { dependsOn: Object.fromEntries(list.map((need) => [need, started])) }
    ])
  )

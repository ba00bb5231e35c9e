import type { Project, Service } from "@gantry/compose/Project"

/** Labels by which containers, networks and volumes belong to a project: those of docker compose, for tools that read them. */
export const label = {
  project: "com.docker.compose.project",
  service: "com.docker.compose.service",
  number: "com.docker.compose.container-number",
  oneOff: "com.docker.compose.oneoff",
  hash: "com.docker.compose.config-hash",
  image: "com.docker.compose.image",
  files: "com.docker.compose.project.config_files",
  directory: "com.docker.compose.project.working_dir",
  dependsOn: "com.docker.compose.depends_on",
  network: "com.docker.compose.network",
  volume: "com.docker.compose.volume",
  version: "com.docker.compose.version"
} as const

/** The version of docker compose whose labels and names these are. */
export const composeVersion = "2.40.0"

/** `db:service_healthy:false,cache:service_started:true`: what a service needs, its condition, and whether it restarts with it. */
const dependsOnText = ({ dependsOn }: Pick<Service, "dependsOn">): string =>
  Object.entries(dependsOn)
    .map(([name, { condition, restart }]) => `${name}:${condition}:${restart}`)
    .join(",")

/** The names of the services that the label speaks of. */
export const dependsOnOf = (text: string | undefined): ReadonlyArray<string> =>
  (text ?? "").split(",").flatMap((each) => each.split(":")[0] || [])

/** What a container of a service says of where it belongs. */
export const containerLabels = (
  project: Pick<Project, "directory" | "files" | "name">,
  service: Service,
  { hash, image, number, oneOff }: { hash: string; image: string; number: number; oneOff: boolean }
): { readonly [name: string]: string } => ({
  ...service.labels,
  [label.project]: project.name,
  [label.service]: service.name,
  [label.number]: String(number),
  // Docker's spelling.
  [label.oneOff]: oneOff ? "True" : "False",
  [label.hash]: hash,
  [label.image]: image,
  [label.files]: project.files.join(","),
  [label.directory]: project.directory,
  [label.dependsOn]: dependsOnText(service),
  [label.version]: composeVersion
})

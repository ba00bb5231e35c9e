import { asLine, type Scene } from "../Line.ts"

/** Which engines there are to talk to: tools look that up before anything else. */
export const contexts: Scene = {
  name: "contexts",
  lines: [
    "docker context ls",
    "docker context list -q",
    "docker context ls --format '{{.Name}} {{.Current}} {{.DockerEndpoint}}'",
    "docker context ls --format '{{json .}}'",
    "docker context show",
    "docker context use default",
    "docker context inspect",
    "docker context inspect -f '{{.Endpoints.docker.Host}}'",
    "docker context inspect default --format '{{json .Name}}'",
    "docker context show x"
  ].map(asLine)
}

import { asLine, type Scene } from "../Line.ts"

/** Manifest lists, as far as no registry is asked. */
export const manifestLists: Scene = {
  name: "manifest lists",
  lines: [
    "docker manifest create",
    "docker manifest create gx/list",
    "docker manifest create BAD:1 gx/one",
    "docker manifest create gx/list BAD",
    "docker manifest annotate gx/list",
    "docker manifest annotate BAD gx/one",
    "docker manifest annotate gx/list BAD",
    "docker manifest annotate --arch arm64 gx/list:1 gx/one:1",
    "docker manifest annotate --arch arm64 gx/list gx/one",
    "docker manifest inspect",
    "docker manifest inspect a b c",
    "docker manifest inspect BAD",
    "docker manifest inspect gx/list gx/one",
    "docker manifest inspect gx/list:1 gx/one@sha256:0000000000000000000000000000000000000000000000000000000000000000",
    "docker manifest push",
    "docker manifest push BAD",
    "docker manifest push gx/list",
    "docker manifest push -p 127.0.0.1:1/gx/list:1",
    "docker manifest rm",
    "docker manifest rm gx/list BAD gx/other:1",
    "docker manifest push --nope gx/list"
  ].map(asLine)
}
